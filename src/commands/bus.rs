//! The bus: from a command to a receipt.
