//! Rules met with records made for them: beside each case that a rule must name one that lies just short of it.

mod books;
mod evidence;
mod floor;
mod sharing;
mod sizes;
mod world;
