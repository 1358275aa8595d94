//! Writes a PDF 1.7 file: fonts embedded as far as they are used, with what each glyph stands for; the document's
//! parts in reading order, tagged; its language and title.

use pdf_writer::types::{CidFontType, FontFlags, StructRole, SystemInfo, TabOrder, UnicodeCmap};
use pdf_writer::writers::StructTreeRoot;
use pdf_writer::{Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::PaperError;
use super::font::{Ink, Weight};
use super::sheet::{Block, Role};
use crate::web::assets::short_hash;

/// What is to be written.
pub struct Document<'d, 'f> {
    /// What the document is called.
    pub title: &'d str,
    /// Width and height of a page.
    pub size: (f32, f32),
    /// What stands on each page.
    pub pages: Vec<Vec<u8>>,
    /// The parts in reading order.
    pub blocks: Vec<Block>,
    /// The fonts: regular, bold.
    pub inks: [Ink<'f>; 2],
}

/// The name of a role, in the pages and in the tree alike.
pub const fn name_of(role: Role) -> Name<'static> {
    match role {
        Role::Title => Name(b"H1"),
        Role::Heading => Name(b"H2"),
        Role::Paragraph => Name(b"P"),
        Role::Figure => Name(b"Figure"),
    }
}

/// What the pages call a font.
pub const fn font_name(weight: Weight) -> Name<'static> {
    match weight {
        Weight::Regular => Name(b"R"),
        Weight::Bold => Name(b"B"),
    }
}

/// Gives the objects of a file their numbers.
struct Numbers(i32);

impl Numbers {
    const fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }

    fn many(&mut self, count: usize) -> Vec<Ref> {
        (0..count).map(|_| self.next()).collect()
    }
}

impl Document<'_, '_> {
    /// The file's bytes.
    pub fn write(self) -> Result<Vec<u8>, PaperError> {
        let mut numbers = Numbers(0);
        let mut pdf = Pdf::new();
        let (catalog, tree, info, root, whole) =
            (numbers.next(), numbers.next(), numbers.next(), numbers.next(), numbers.next());
        let fonts = numbers.many(self.inks.len());
        let pages = numbers.many(self.pages.len());
        let contents = numbers.many(self.pages.len());
        let marks = numbers.many(self.pages.len());
        let blocks = numbers.many(self.blocks.len());

        let mut entry = pdf.catalog(catalog);
        entry.pages(tree).lang(TextStr("en"));
        entry.pair(Name(b"StructTreeRoot"), root);
        entry.mark_info().marked(true);
        entry.viewer_preferences().display_doc_title(true);
        entry.finish();
        pdf.document_info(info).title(TextStr(self.title)).producer(TextStr("eMoL"));

        let used: Vec<usize> = (0..self.inks.len()).filter(|at| !self.inks[*at].used.is_empty()).collect();
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        pdf.pages(tree).kids(pages.iter().copied()).count(count);
        for (at, content) in self.pages.iter().enumerate() {
            let mut page = pdf.page(pages[at]);
            page.parent(tree).media_box(Rect::new(0.0, 0.0, self.size.0, self.size.1)).contents(contents[at]);
            page.struct_parents(i32::try_from(at).unwrap_or(i32::MAX)).tab_order(TabOrder::StructureOrder);
            let mut resources = page.resources();
            let mut named = resources.fonts();
            for font in &used {
                named.pair(font_name([Weight::Regular, Weight::Bold][*font]), fonts[*font]);
            }
            named.finish();
            resources.finish();
            page.finish();
            pdf.stream(contents[at], content);
        }

        let mut structure = pdf.indirect(root).start::<StructTreeRoot>();
        structure.child(whole);
        let mut parents = structure.parent_tree();
        let mut of_pages = parents.nums();
        for (at, array) in marks.iter().enumerate() {
            of_pages.insert(i32::try_from(at).unwrap_or(i32::MAX), *array);
        }
        of_pages.finish();
        parents.finish();
        structure.finish();
        let mut document = pdf.struct_element(whole);
        document.kind(StructRole::Document).parent(root);
        let mut children = document.children();
        for block in &blocks {
            children.struct_element(*block);
        }
        children.finish();
        document.finish();
        for (block, id) in self.blocks.iter().zip(&blocks) {
            let mut element = pdf.struct_element(*id);
            element.custom_kind(name_of(block.role)).parent(whole).page(pages[block.page]);
            if let Some(alt) = &block.alt {
                element.alt(TextStr(alt));
            }
            element.children().marked_content_id(block.mark);
        }
        for (at, array) in marks.iter().enumerate() {
            let here = self.blocks.iter().zip(&blocks).filter(|(block, _)| block.page == at);
            pdf.indirect(*array).array().items(here.map(|(_, id)| *id));
        }
        for font in used {
            embed(&mut pdf, &mut numbers, fonts[font], &self.inks[font])?;
        }
        Ok(pdf.finish())
    }
}

/// Embeds what the document uses of a font.
fn embed(pdf: &mut Pdf, numbers: &mut Numbers, id: Ref, ink: &Ink<'_>) -> Result<(), PaperError> {
    let (letters, descriptor, file, meanings) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next());
    let bytes = ink.subset()?;
    // Six letters of its own, so that programs which join files do not take two parts of a font for one.
    let part: String =
        short_hash(&bytes).bytes().take(6).map(|digit| char::from(b'A' + digit % 26)).collect();
    let name = format!("{part}+{}", ink.name);
    let identity = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

    pdf.type0_font(id)
        .base_font(Name(name.as_bytes()))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(letters)
        .to_unicode(meanings);
    let mut font = pdf.cid_font(letters);
    font.subtype(CidFontType::Type2).base_font(Name(name.as_bytes())).system_info(identity);
    font.font_descriptor(descriptor).default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    font.widths().consecutive(1, ink.used.values().map(|(_, width)| *width));
    font.finish();

    let face = &ink.face;
    let bounds = face.global_bounding_box();
    let corner = |x, y| (ink.thousandths(x), ink.thousandths(y));
    let ((left, bottom), (right, top)) =
        (corner(bounds.x_min, bounds.y_min), corner(bounds.x_max, bounds.y_max));
    pdf.font_descriptor(descriptor)
        .name(Name(name.as_bytes()))
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(ink.thousandths(face.ascender()))
        .descent(ink.thousandths(face.descender()))
        .cap_height(ink.thousandths(face.capital_height().unwrap_or_else(|| face.ascender())))
        .stem_v(if ink.name.ends_with("Bold") { 140.0 } else { 85.0 })
        .font_file2(file);
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    pdf.stream(file, &bytes).pair(Name(b"Length1"), length);

    let mut map = UnicodeCmap::<u16>::new(Name(b"Adobe-Identity-UCS"), identity);
    for (glyph, (letter, _)) in &ink.used {
        map.pair(*glyph, *letter);
    }
    let map = map.finish();
    pdf.cmap(meanings, &map);
    Ok(())
}
