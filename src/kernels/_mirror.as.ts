// Rows of samples mirrored at their ends.

/** The sample that stands for number `index` of a row of `length`. */
@inline
export function mirror(index: i32, length: i32): i32 {
  if (length == 1) return 0;
  const period = 2 * (length - 1);
  let within = index % period;
  if (within < 0) within += period;
  return within < length ? within : period - within;
}
