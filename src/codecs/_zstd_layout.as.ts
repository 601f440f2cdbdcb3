// What the parts of the Zstandard decoder share: failure codes, whose meaning stands in zstd-failures.ts, and the places
// of tables in the scratch memory that the caller gives.

export const BAD_FRAME: i32 = -1;
export const BAD_HEADER: i32 = -2;
export const DICTIONARY: i32 = -3;
export const BAD_BLOCK: i32 = -4;
export const BAD_LITERALS: i32 = -5;
export const BAD_HUFFMAN: i32 = -6;
export const BAD_FSE: i32 = -7;
export const BAD_SEQUENCES: i32 = -8;
export const TOO_FAR: i32 = -9;
export const OVERFLOW: i32 = -10;
export const EXHAUSTED: i32 = -11;
export const WRONG_SIZE: i32 = -12;
export const BAD_CHECKSUM: i32 = -13;

/** Most bytes that a block decodes to, and most literals it can have. */
export const BLOCK_BYTES: u32 = 131072;

export const LITERAL_LENGTHS_AT: usize = 0;
export const MATCH_LENGTHS_AT: usize = 4096;
export const OFFSETS_AT: usize = 8192;
export const WEIGHT_STATES_AT: usize = 10240;
export const COUNTS_AT: usize = 10752;
export const NEXT_AT: usize = 10880;
export const CELLS_AT: usize = 11008;
export const WEIGHTS_AT: usize = 11520;
export const DISTANCES_AT: usize = 12224;
export const SINGLES_AT: usize = 12288;
export const LITERALS_AT: usize = 16384;
