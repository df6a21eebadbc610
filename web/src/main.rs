mod analysis; mod browser; mod diff; mod markdown; mod position; mod state;
fn main(){}
