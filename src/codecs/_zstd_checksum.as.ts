// XXH64 with seed 0 (xxHash specification), of which Zstandard stores the lowest 32 bits.

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

@inline
function round(sum: u64, lane: u64): u64 {
  return rotl<u64>(sum + lane * P2, 31) * P1;
}

/** The checksum of a frame's content. */
export function contentChecksum(at: usize, size: usize): u32 {
  const end = at + size;
  let hash = P5;
  if (size >= 32) {
    let sum1 = P1 + P2;
    let sum2 = P2;
    let sum3: u64 = 0;
    let sum4: u64 = 0 - P1;
    for (; end - at >= 32; at += 32) {
      sum1 = round(sum1, load<u64>(at));
      sum2 = round(sum2, load<u64>(at, 8));
      sum3 = round(sum3, load<u64>(at, 16));
      sum4 = round(sum4, load<u64>(at, 24));
    }
    hash = rotl<u64>(sum1, 1) + rotl<u64>(sum2, 7) + rotl<u64>(sum3, 12) + rotl<u64>(sum4, 18);
    hash = (hash ^ round(0, sum1)) * P1 + P4;
    hash = (hash ^ round(0, sum2)) * P1 + P4;
    hash = (hash ^ round(0, sum3)) * P1 + P4;
    hash = (hash ^ round(0, sum4)) * P1 + P4;
  }
  hash += size;
  for (; end - at >= 8; at += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * P1 + P4;
  if (end - at >= 4) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * P1), 23) * P2 + P3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return <u32>(hash ^ (hash >> 32));
}
