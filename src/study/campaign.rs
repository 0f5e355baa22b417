//! Studies: every arm at every design point many times, and what that says.
//!
//! | step | where |
//! | --- | --- |
//! | what a study is, apart from how it is run | [`frame`] |
//! | one run's figures, as a line of a journal | [`journal`] |
//! | which runs are needed, on threads, in parts | [`execution`] |
//! | estimates of every arm at every point | [`estimates`] |
//! | differences between arms, or between points | [`differences`] |
//!
//! Everything behind the runs is a function of the frame and the rows, so that parts computed elsewhere give
//! the same bytes when they are joined.

pub mod differences;
pub mod estimates;
pub mod execution;
pub mod frame;
pub mod journal;
