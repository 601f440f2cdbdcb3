// Codes that decoders of blocks return instead of a length; their meaning stands in block.ts.

export const EXHAUSTED: i32 = -1;
export const OVERFLOW: i32 = -2;
export const TOO_FAR: i32 = -3;
export const BAD_CODE: i32 = -4;
export const WRONG_SIZE: i32 = -5;
export const BAD_BLOCK: i32 = -6;
