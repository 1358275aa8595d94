//! Reads a Rust source just far enough to see which paths it names and which
//! texts it holds. Comments don't count, nor do test modules.

/// One source file of the library.
pub struct Source {
    /// Where it is below `src/`, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
    tokens: Vec<Token>,
}

/// One token: a name, `::`, a string literal, or a single other character.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    line: usize,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Name(String),
    Literal(String),
    PathSeparator,
    Other(char),
}

/// A path that a source names, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    /// `crate::` and `super::` resolved: `["store", "log"]`. Empty where it is another crate's.
    pub inner: Vec<String>,
    /// As written, where it begins with another name than `crate`, `super` or `self`.
    pub outer: Vec<String>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let tokens = if is_test(path) { Vec::new() } else { without_test_modules(tokens(text)) };
        Self { path: path.to_owned(), text: text.to_owned(), tokens }
    }

    /// The room: `store` for `store/log.rs` as for `store.rs`.
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// Where the module stands: `["commands", "combatant", "grant"]`.
    fn module(&self) -> Vec<String> {
        let mut module: Vec<_> = self.path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            module.pop();
        }
        module
    }

    /// Every path, with the members of `{…}` one by one.
    pub fn paths(&self) -> Vec<Named> {
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &self.tokens[before].kind);
            let begins = match before {
                Some(Kind::PathSeparator) => {
                    !matches!(at.checked_sub(2).map(|before| &self.tokens[before].kind), Some(Kind::Name(_)))
                        || self.names(at.checked_sub(2), "use")
                }
                _ => true,
            };
            let is_path = matches!(self.tokens.get(at + 1).map(|next| &next.kind), Some(Kind::PathSeparator))
                || self.names(at.checked_sub(1), "use");
            if matches!(token.kind, Kind::Name(_)) && begins && is_path {
                self.expand(at, &mut Vec::new(), &mut found);
            }
        }
        found
    }

    fn names(&self, at: Option<usize>, name: &str) -> bool {
        matches!(at.map(|at| &self.tokens[at].kind), Some(Kind::Name(found)) if found == name)
    }

    /// Follows the path that begins at `at` and gives the index behind it.
    fn expand(&self, mut at: usize, before: &mut Vec<String>, found: &mut Vec<Named>) -> usize {
        let (depth, line) = (before.len(), self.tokens[at].line);
        let mut group = false;
        while let Some(Kind::Name(name)) = self.tokens.get(at).map(|token| &token.kind) {
            before.push(name.clone());
            at += 1;
            if self.tokens.get(at).map(|token| &token.kind) != Some(&Kind::PathSeparator) {
                break;
            }
            at += 1;
            if self.tokens.get(at).map(|token| &token.kind) == Some(&Kind::Other('{')) {
                group = true;
                at += 1;
                while let Some(token) = self.tokens.get(at) {
                    at = match token.kind {
                        Kind::Name(_) => self.expand(at, before, found),
                        Kind::Other('}') => break,
                        _ => at + 1,
                    };
                }
                at += 1;
            }
        }
        if !group {
            found.push(self.resolve(line, before));
        }
        before.truncate(depth);
        at
    }

    fn resolve(&self, line: usize, path: &[String]) -> Named {
        let mut module = self.module();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate" | "emol") => (module, rest) = (Vec::new(), &path[1..]),
            Some("self") => rest = &path[1..],
            Some("super") => {
                while let [first, tail @ ..] = rest
                    && first == "super"
                {
                    module.pop();
                    rest = tail;
                }
            }
            _ => return Named { line, inner: Vec::new(), outer: path.to_vec() },
        }
        module.extend(rest.iter().cloned());
        Named { line, inner: module, outer: Vec::new() }
    }

    /// Every string literal, with its line.
    pub fn literals(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.iter().filter_map(|token| match &token.kind {
            Kind::Literal(text) => Some((token.line, text.as_str())),
            _ => None,
        })
    }

    /// Every `name!`, with its line.
    pub fn macros(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.windows(2).filter_map(|pair| match (&pair[0].kind, &pair[1].kind) {
            (Kind::Name(name), Kind::Other('!')) => Some((pair[0].line, name.as_str())),
            _ => None,
        })
    }
}

/// Test modules in files of their own.
fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.ends_with("_test.rs") || path.split('/').any(|part| part == "tests")
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut line, mut found) = (0, 1, Vec::new());
    while at < chars.len() {
        let rest = &chars[at..];
        let (length, kind) = match rest {
            ['/', '/', ..] => (rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()), None),
            ['/', '*', ..] => (block_comment(rest), None),
            ['"', ..] => string(rest),
            ['\'', ..] => (character(rest), None),
            [':', ':', ..] => (2, Some(Kind::PathSeparator)),
            [c, ..] if c.is_whitespace() => (1, None),
            [c, ..] if c.is_alphanumeric() || *c == '_' => word(rest),
            [c, ..] => (1, Some(Kind::Other(*c))),
            [] => break,
        };
        found.extend(kind.map(|kind| Token { line, kind }));
        line += rest[..length].iter().filter(|c| **c == '\n').count();
        at += length;
    }
    found
}

/// A name, or a string with a prefix (`r"…"`, `br#"…"#`, `b"…"`, `c"…"`).
fn word(rest: &[char]) -> (usize, Option<Kind>) {
    let length = rest.iter().position(|c| !c.is_alphanumeric() && *c != '_').unwrap_or(rest.len());
    let name: String = rest[..length].iter().collect();
    let hashes = rest[length..].iter().take_while(|c| **c == '#').count();
    let quoted = rest.get(length + hashes) == Some(&'"');
    match name.as_str() {
        "r" | "br" | "cr" if quoted => {
            let open = length + hashes + 1;
            let body = &rest[open..];
            let closes = |at: usize| body[at] == '"' && body[at + 1..].iter().take(hashes).all(|c| *c == '#');
            let end = (0..body.len()).find(|at| closes(*at)).unwrap_or(body.len());
            (rest.len().min(open + end + 1 + hashes), Some(Kind::Literal(body[..end].iter().collect())))
        }
        "b" | "c" if quoted && hashes == 0 => {
            let (inner, kind) = string(&rest[length..]);
            (length + inner, kind)
        }
        _ => (length, Some(Kind::Name(name))),
    }
}

fn string(rest: &[char]) -> (usize, Option<Kind>) {
    let mut end = 1;
    while end < rest.len() && rest[end] != '"' {
        end += if rest[end] == '\\' { 2 } else { 1 };
    }
    let end = end.min(rest.len());
    (rest.len().min(end + 1), Some(Kind::Literal(rest[1..end].iter().collect())))
}

/// A character, or the tick of a lifetime.
fn character(rest: &[char]) -> usize {
    match rest {
        [_, '\\', _, tail @ ..] => 3 + tail.iter().position(|c| *c == '\'').map_or(0, |at| at + 1),
        [_, _, '\'', ..] => 3,
        _ => 1,
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// Drops every `#[cfg(test)] mod … { … }`.
fn without_test_modules(tokens: Vec<Token>) -> Vec<Token> {
    let is =
        |at: usize, name: &str| matches!(tokens.get(at).map(|t| &t.kind), Some(Kind::Name(n)) if n == name);
    let sign = |at: usize| match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Other(c)) => *c,
        _ => '\0',
    };
    let (mut at, mut kept) = (0, Vec::new());
    while at < tokens.len() {
        // # [ cfg ( test ) ] mod name {
        let marked = sign(at) == '#' && is(at + 2, "cfg") && is(at + 4, "test") && sign(at + 6) == ']';
        if marked && is(at + 7, "mod") && sign(at + 9) == '{' {
            let (mut depth, mut end) = (1, at + 10);
            while depth > 0 && end < tokens.len() {
                match sign(end) {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                end += 1;
            }
            at = end;
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}
