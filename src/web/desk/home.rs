//! Being written.
pub async fn show() -> &'static str {
    ""
}
