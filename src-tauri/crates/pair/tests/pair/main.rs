//! What the redundancy of two stations promises: claims one by one, and seeded simulations of whole pairs.

mod claims;
mod sim;
