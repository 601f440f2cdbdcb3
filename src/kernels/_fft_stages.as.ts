// Stages of Fourier transforms, several lines at once: an element is one point of 4 lines (float32) or 2 (float64), a vector of
// real parts and one of imaginary parts, so that no stage moves anything between lanes.
//
// A stage of radix r on n = r m points, of which s sub-transforms lie side by side (Stockham's order, nothing is bit-reversed):
//   y[q + s (r p + k)] = w^(p k) sum over j of x[q + s (p + m j)] e^(-2 pi i j k / r),   w = e^(-2 pi i / n), p < m, q < s
// `w` points to the powers of it: r - 1 complex numbers for every p. In the last stage m = 1, and they are all 1.

/** Bytes of an element. */
export const ELEMENT: usize = 32;

/** Marks of stages that multiply by powers of w and of the last stage, which does not; told apart while compiling. */
export type Turned = i32;
export type Last = i8;

/** Stores a complex vector times the complex number at `w`. */
@inline
function put<T, W>(y: usize, re: v128, im: v128, w: usize): void {
  if (sizeof<W>() == 1) {
    v128.store(y, re);
    v128.store(y, im, 16);
  } else {
    const c = v128.load_splat<T>(w);
    const s = v128.load_splat<T>(w + sizeof<T>());
    v128.store(y, v128.sub<T>(v128.mul<T>(re, c), v128.mul<T>(im, s)));
    v128.store(y, v128.add<T>(v128.mul<T>(re, s), v128.mul<T>(im, c)), 16);
  }
}

export function stage2<T, W>(x: usize, y: usize, m: i32, s: i32, w: usize): void {
  const side = <usize>s * ELEMENT;
  const far = <usize>m * side;
  for (let p = 0; p < m; p++) {
    for (const end = x + side; x < end; x += ELEMENT, y += ELEMENT) {
      const ar = v128.load(x), ai = v128.load(x, 16), br = v128.load(x + far), bi = v128.load(x + far, 16);
      v128.store(y, v128.add<T>(ar, br));
      v128.store(y, v128.add<T>(ai, bi), 16);
      put<T, W>(y + side, v128.sub<T>(ar, br), v128.sub<T>(ai, bi), w);
    }
    y += side;
    w += 2 * sizeof<T>();
  }
}

export function stage3<T, W>(x: usize, y: usize, m: i32, s: i32, w: usize): void {
  const side = <usize>s * ELEMENT;
  const far = <usize>m * side;
  const half = v128.splat<T>(<T>0.5), sine = v128.splat<T>(<T>0.86602540378443864676);
  for (let p = 0; p < m; p++) {
    for (const end = x + side; x < end; x += ELEMENT, y += ELEMENT) {
      const x1 = x + far, x2 = x1 + far;
      const ar = v128.load(x), ai = v128.load(x, 16);
      const br = v128.load(x1), bi = v128.load(x1, 16), cr = v128.load(x2), ci = v128.load(x2, 16);
      const tr = v128.add<T>(br, cr), ti = v128.add<T>(bi, ci);
      const mr = v128.sub<T>(ar, v128.mul<T>(tr, half)), mi = v128.sub<T>(ai, v128.mul<T>(ti, half));
      const sr = v128.mul<T>(v128.sub<T>(br, cr), sine), si = v128.mul<T>(v128.sub<T>(bi, ci), sine);
      v128.store(y, v128.add<T>(ar, tr));
      v128.store(y, v128.add<T>(ai, ti), 16);
      put<T, W>(y + side, v128.add<T>(mr, si), v128.sub<T>(mi, sr), w);
      put<T, W>(y + 2 * side, v128.sub<T>(mr, si), v128.add<T>(mi, sr), w + 2 * sizeof<T>());
    }
    y += 2 * side;
    w += 4 * sizeof<T>();
  }
}

export function stage4<T, W>(x: usize, y: usize, m: i32, s: i32, w: usize): void {
  const side = <usize>s * ELEMENT;
  const far = <usize>m * side;
  for (let p = 0; p < m; p++) {
    for (const end = x + side; x < end; x += ELEMENT, y += ELEMENT) {
      const x1 = x + far, x2 = x1 + far, x3 = x2 + far;
      const ar = v128.load(x), ai = v128.load(x, 16), cr = v128.load(x2), ci = v128.load(x2, 16);
      const sr = v128.add<T>(ar, cr), si = v128.add<T>(ai, ci), dr = v128.sub<T>(ar, cr), di = v128.sub<T>(ai, ci);
      const br = v128.load(x1), bi = v128.load(x1, 16), er = v128.load(x3), ei = v128.load(x3, 16);
      const tr = v128.add<T>(br, er), ti = v128.add<T>(bi, ei), ur = v128.sub<T>(br, er), ui = v128.sub<T>(bi, ei);
      v128.store(y, v128.add<T>(sr, tr));
      v128.store(y, v128.add<T>(si, ti), 16);
      put<T, W>(y + side, v128.add<T>(dr, ui), v128.sub<T>(di, ur), w);
      put<T, W>(y + 2 * side, v128.sub<T>(sr, tr), v128.sub<T>(si, ti), w + 2 * sizeof<T>());
      put<T, W>(y + 3 * side, v128.sub<T>(dr, ui), v128.add<T>(di, ur), w + 4 * sizeof<T>());
    }
    y += 3 * side;
    w += 6 * sizeof<T>();
  }
}

export function stage5<T, W>(x: usize, y: usize, m: i32, s: i32, w: usize): void {
  const side = <usize>s * ELEMENT;
  const far = <usize>m * side;
  const c1 = v128.splat<T>(<T>0.30901699437494742410), c2 = v128.splat<T>(<T>-0.80901699437494742410);
  const s1 = v128.splat<T>(<T>0.95105651629515357212), s2 = v128.splat<T>(<T>0.58778525229247312917);
  for (let p = 0; p < m; p++) {
    for (const end = x + side; x < end; x += ELEMENT, y += ELEMENT) {
      const x1 = x + far, x2 = x1 + far, x3 = x2 + far, x4 = x3 + far;
      const ar = v128.load(x), ai = v128.load(x, 16);
      const br = v128.load(x1), bi = v128.load(x1, 16), er = v128.load(x4), ei = v128.load(x4, 16);
      const cr = v128.load(x2), ci = v128.load(x2, 16), dr = v128.load(x3), di = v128.load(x3, 16);
      const tr = v128.add<T>(br, er), ti = v128.add<T>(bi, ei), ur = v128.add<T>(cr, dr), ui = v128.add<T>(ci, di);
      const fr = v128.sub<T>(br, er), fi = v128.sub<T>(bi, ei), gr = v128.sub<T>(cr, dr), gi = v128.sub<T>(ci, di);
      v128.store(y, v128.add<T>(ar, v128.add<T>(tr, ur)));
      v128.store(y, v128.add<T>(ai, v128.add<T>(ti, ui)), 16);
      const pr = v128.add<T>(ar, v128.add<T>(v128.mul<T>(tr, c1), v128.mul<T>(ur, c2)));
      const pi = v128.add<T>(ai, v128.add<T>(v128.mul<T>(ti, c1), v128.mul<T>(ui, c2)));
      const qr = v128.add<T>(v128.mul<T>(fr, s1), v128.mul<T>(gr, s2));
      const qi = v128.add<T>(v128.mul<T>(fi, s1), v128.mul<T>(gi, s2));
      put<T, W>(y + side, v128.add<T>(pr, qi), v128.sub<T>(pi, qr), w);
      put<T, W>(y + 4 * side, v128.sub<T>(pr, qi), v128.add<T>(pi, qr), w + 6 * sizeof<T>());
      const vr = v128.add<T>(ar, v128.add<T>(v128.mul<T>(tr, c2), v128.mul<T>(ur, c1)));
      const vi = v128.add<T>(ai, v128.add<T>(v128.mul<T>(ti, c2), v128.mul<T>(ui, c1)));
      const zr = v128.sub<T>(v128.mul<T>(fr, s2), v128.mul<T>(gr, s1));
      const zi = v128.sub<T>(v128.mul<T>(fi, s2), v128.mul<T>(gi, s1));
      put<T, W>(y + 2 * side, v128.add<T>(vr, zi), v128.sub<T>(vi, zr), w + 2 * sizeof<T>());
      put<T, W>(y + 3 * side, v128.sub<T>(vr, zi), v128.add<T>(vi, zr), w + 4 * sizeof<T>());
    }
    y += 4 * side;
    w += 8 * sizeof<T>();
  }
}

/** Radix 8, for the last stage alone: 16 vectors are all that registers hold, and the powers of w would need more. */
export function last8<T>(x: usize, y: usize, s: i32): void {
  const side = <usize>s * ELEMENT;
  const root = v128.splat<T>(<T>0.70710678118654752440);
  for (const end = x + side; x < end; x += ELEMENT, y += ELEMENT) {
    const x2 = x + 2 * side, x4 = x + 4 * side, x6 = x + 6 * side;
    const ar = v128.load(x), ai = v128.load(x, 16), cr = v128.load(x4), ci = v128.load(x4, 16);
    const sr = v128.add<T>(ar, cr), si = v128.add<T>(ai, ci), dr = v128.sub<T>(ar, cr), di = v128.sub<T>(ai, ci);
    const br = v128.load(x2), bi = v128.load(x2, 16), er = v128.load(x6), ei = v128.load(x6, 16);
    const tr = v128.add<T>(br, er), ti = v128.add<T>(bi, ei), ur = v128.sub<T>(br, er), ui = v128.sub<T>(bi, ei);
    const x1 = x + side, x3 = x2 + side, x5 = x4 + side, x7 = x6 + side;
    const fr = v128.load(x1), fi = v128.load(x1, 16), hr = v128.load(x5), hi = v128.load(x5, 16);
    const kr = v128.add<T>(fr, hr), ki = v128.add<T>(fi, hi), lr = v128.sub<T>(fr, hr), li = v128.sub<T>(fi, hi);
    const gr = v128.load(x3), gi = v128.load(x3, 16), jr = v128.load(x7), ji = v128.load(x7, 16);
    const mr = v128.add<T>(gr, jr), mi = v128.add<T>(gi, ji), nr = v128.sub<T>(gr, jr), ni = v128.sub<T>(gi, ji);
    both<T>(y, side, v128.add<T>(sr, tr), v128.add<T>(si, ti), v128.add<T>(kr, mr), v128.add<T>(ki, mi));
    both<T>(y + 2 * side, side, v128.sub<T>(sr, tr), v128.sub<T>(si, ti), v128.sub<T>(ki, mi), v128.sub<T>(mr, kr));
    const or = v128.add<T>(lr, ni), oi = v128.sub<T>(li, nr);
    both<T>(y + side, side, v128.add<T>(dr, ui), v128.sub<T>(di, ur), v128.mul<T>(v128.add<T>(or, oi), root), v128.mul<T>(v128.sub<T>(oi, or), root));
    const qr = v128.sub<T>(lr, ni), qi = v128.add<T>(li, nr);
    const turned = v128.mul<T>(v128.add<T>(qr, qi), root);
    both<T>(y + 3 * side, side, v128.sub<T>(dr, ui), v128.add<T>(di, ur), v128.mul<T>(v128.sub<T>(qi, qr), root), v128.neg<T>(turned));
  }
}

/** Sum and difference of two complex vectors, four sides apart. */
@inline
function both<T>(y: usize, side: usize, ar: v128, ai: v128, br: v128, bi: v128): void {
  v128.store(y, v128.add<T>(ar, br));
  v128.store(y, v128.add<T>(ai, bi), 16);
  v128.store(y + 4 * side, v128.sub<T>(ar, br));
  v128.store(y + 4 * side, v128.sub<T>(ai, bi), 16);
}

/**
 * Any odd radix, by the sums and differences of opposite inputs. `w` begins with cos and sin of 2 pi j k / r for j and k up to
 * (r - 1) / 2, k outside; `pairs` holds r - 1 elements.
 */
export function stageOdd<T>(x: usize, y: usize, r: i32, m: i32, s: i32, w: usize, pairs: usize): void {
  const side = <usize>s * ELEMENT;
  const far = <usize>m * side;
  const half = (r - 1) >> 1;
  const number: usize = 2 * sizeof<T>();
  const table = w;
  w += <usize>(half * half) * number;
  for (let p = 0; p < m; p++) {
    for (const end = x + side; x < end; x += ELEMENT, y += ELEMENT) {
      const ar = v128.load(x), ai = v128.load(x, 16);
      let zr = ar, zi = ai;
      let t = pairs;
      for (let j = 1; j <= half; j++, t += 2 * ELEMENT) {
        const u = x + <usize>j * far, v = x + <usize>(r - j) * far;
        const ur = v128.load(u), ui = v128.load(u, 16), vr = v128.load(v), vi = v128.load(v, 16);
        const pr = v128.add<T>(ur, vr), pi = v128.add<T>(ui, vi);
        zr = v128.add<T>(zr, pr);
        zi = v128.add<T>(zi, pi);
        v128.store(t, pr);
        v128.store(t, pi, 16);
        v128.store(t, v128.sub<T>(ur, vr), 32);
        v128.store(t, v128.sub<T>(ui, vi), 48);
      }
      v128.store(y, zr);
      v128.store(y, zi, 16);
      let c = table;
      for (let k = 1; k <= half; k++) {
        let pr = ar, pi = ai, qr = v128.splat<T>(<T>0), qi = qr;
        t = pairs;
        for (let j = 1; j <= half; j++, t += 2 * ELEMENT, c += number) {
          const cosine = v128.load_splat<T>(c), sine = v128.load_splat<T>(c + sizeof<T>());
          pr = v128.add<T>(pr, v128.mul<T>(v128.load(t), cosine));
          pi = v128.add<T>(pi, v128.mul<T>(v128.load(t, 16), cosine));
          qr = v128.add<T>(qr, v128.mul<T>(v128.load(t, 32), sine));
          qi = v128.add<T>(qi, v128.mul<T>(v128.load(t, 48), sine));
        }
        const up = y + <usize>k * side, down = y + <usize>(r - k) * side;
        put<T, Turned>(up, v128.add<T>(pr, qi), v128.sub<T>(pi, qr), w + <usize>(k - 1) * number);
        put<T, Turned>(down, v128.sub<T>(pr, qi), v128.add<T>(pi, qr), w + <usize>(r - k - 1) * number);
      }
    }
    y += <usize>(r - 1) * side;
    w += <usize>(r - 1) * number;
  }
}
