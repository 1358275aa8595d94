//! The `emol` program: the rest is in the library's `cli`.

fn main() -> std::process::ExitCode {
    emol::cli::main()
}
