/** Bytes of one segment: first pixel, end, flush flag (uint32). */
export const SEGMENT: usize = 12;
