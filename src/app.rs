//! The running program: everything that a server needs, put together.
