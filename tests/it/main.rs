//! Tests of the whole program against real databases: one binary, so that it
//! is linked once. `setup_files/test.sh` starts the servers.

mod store;
mod support;
