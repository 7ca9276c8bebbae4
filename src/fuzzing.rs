//! For the fuzz targets in `fuzz/`: what is private and takes bytes from outside, behind functions
//! of plain types. Only with the feature `fuzzing`; codecs in `proto`, `text` and `guard` need none
//! of this.
