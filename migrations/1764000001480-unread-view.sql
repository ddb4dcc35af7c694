-- Nothing reads it: whoever asks for the regions of lots reads the tables of its own room.
drop view tender_lot_region;
