//! Samples of every view, for the test that renders them all and for the gallery.
