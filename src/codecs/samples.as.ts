// The values of frames out of the samples of pixels: one colour, the luminance, or all three.

/** Numbers of what is taken, in the order of `CHANNELS`. */
const GREY: i32 = 0;
const ALL: i32 = 4;

/** Parts of 65536 that red, green and blue have in the luminance (ITU-R BT.601); they add up to 65536. */
const RED: u32 = 19595;
const GREEN: u32 = 38470;
const BLUE: u32 = 7471;

@inline
function luminance(red: u32, green: u32, blue: u32): u32 {
  return (red * RED + green * GREEN + blue * BLUE + 32768) >> 16;
}

@inline
function sample16(at: usize, isBig: bool): u32 {
  const value: u32 = load<u16>(at);
  return isBig ? ((value & 0xff) << 8) | (value >> 8) : value;
}

function take8(source: usize, target: usize, pixels: i32, samples: i32, channel: i32, step: i32): void {
  const colour = samples >= 3;
  if (!colour && channel != ALL && samples == 1 && step == 1) {
    memory.copy(target, source, pixels);
    return;
  }
  if (colour && channel == ALL && samples == 3 && step == 3) {
    memory.copy(target, source, pixels * 3);
    return;
  }
  const second: usize = colour ? 1 : 0;
  const third: usize = colour ? 2 : 0;
  const one: usize = colour && channel > GREY && channel != ALL ? channel - 1 : 0;
  const isLuminance = colour && channel == GREY;
  for (let i = 0; i < pixels; i++) {
    if (channel == ALL) {
      store<u8>(target, load<u8>(source));
      store<u8>(target + 1, load<u8>(source + second));
      store<u8>(target + 2, load<u8>(source + third));
    } else if (isLuminance) {
      store<u8>(target, luminance(load<u8>(source), load<u8>(source + 1), load<u8>(source + 2)));
    } else {
      store<u8>(target, load<u8>(source + one));
    }
    source += samples;
    target += step;
  }
}

function take16(source: usize, target: usize, pixels: i32, samples: i32, isBig: bool, channel: i32, step: i32): void {
  const colour = samples >= 3;
  const second: usize = colour ? 2 : 0;
  const third: usize = colour ? 4 : 0;
  const one: usize = colour && channel > GREY && channel != ALL ? (channel - 1) * 2 : 0;
  const isLuminance = colour && channel == GREY;
  for (let i = 0; i < pixels; i++) {
    if (channel == ALL) {
      store<u16>(target, sample16(source, isBig));
      store<u16>(target + 2, sample16(source + second, isBig));
      store<u16>(target + 4, sample16(source + third, isBig));
    } else if (isLuminance) {
      store<u16>(
        target,
        luminance(sample16(source, isBig), sample16(source + 2, isBig), sample16(source + 4, isBig)),
      );
    } else {
      store<u16>(target, sample16(source + one, isBig));
    }
    source += samples * 2;
    target += step;
  }
}

/**
 * Takes `pixels` pixels of `samples` samples of `bytes` bytes each; pixel i goes to `target + i * step`, in native order.
 */
export function takeSamples(
  source: usize,
  target: usize,
  pixels: i32,
  samples: i32,
  bytes: i32,
  isBig: i32,
  channel: i32,
  step: i32,
): void {
  if (bytes == 1) take8(source, target, pixels, samples, channel, step);
  else take16(source, target, pixels, samples, isBig != 0, channel, step);
}

/** Looks `pixels` numbers of `bits` bits, highest bits of a byte first, up in a table of `elements` bytes a number. */
export function takeIndexed(
  source: usize,
  target: usize,
  pixels: i32,
  bits: i32,
  table: usize,
  elements: i32,
  step: i32,
): void {
  const most = (1 << bits) - 1;
  for (let i = 0; i < pixels; i++) {
    const bit = i * bits;
    const index = (<i32>load<u8>(source + (bit >> 3)) >> (8 - bits - (bit & 7))) & most;
    const entry = table + index * elements;
    store<u8>(target, load<u8>(entry));
    if (elements == 3) {
      store<u8>(target + 1, load<u8>(entry + 1));
      store<u8>(target + 2, load<u8>(entry + 2));
    }
    target += step;
  }
}
