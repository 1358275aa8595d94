//! The `emol` program: the rest is in the library's `cli`.

/// Most of what a request does is small allocations; see the dependencies' decision for what this gains.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    emol::cli::main()
}
