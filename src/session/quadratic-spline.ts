/**
 * Interpolating spline of degree 2 as SciPy's `interp1d(kind='quadratic')` builds it: knots
 * `[x0,x0,x0, m1…m(n−3), xn,xn,xn]`, where `m` are the midpoints of neighbouring abscissae without the first and the
 * last, and coefficients that make it pass through every point. With these knots the collocation matrix has three
 * diagonals and is totally positive, so it is solved in O(n) without pivoting. Buffers are kept between fits.
 * Source: scipy/interpolate/_bsplines.py, `_not_a_knot` and `make_interp_spline`.
 */
export class QuadraticSpline {
  #knots = new Float64Array(0);
  #lower = new Float64Array(0);
  #pivot = new Float64Array(0);
  #upper = new Float64Array(0);
  #count = 0;
  #interval = 2;
  #w0 = 0;
  #w1 = 0;
  #w2 = 0;

  /** Takes `count` strictly rising abscissae from `x[from]` on; false (and unusable) with fewer than 3. O(count). */
  fit(x: Float64Array, from: number, count: number): boolean {
    this.#count = count;
    this.#interval = 2;
    if (count < 3) return false;
    this.#reserve(count);
    const knots = this.#knots;
    const last = count - 1;
    knots.fill(x[from]!, 0, 3);
    for (let i = 1; i <= last - 2; i++) knots[i + 2] = (x[from + i]! + x[from + i + 1]!) / 2;
    knots.fill(x[from + last]!, count, count + 3);
    const lower = this.#lower;
    const pivot = this.#pivot;
    const upper = this.#upper;
    pivot[0] = 1;
    upper[0] = 0;
    for (let i = 1; i < last; i++) {
      this.#interval = i + 1;
      this.#weigh(x[from + i]!);
      const factor = this.#w0 / pivot[i - 1]!;
      lower[i] = factor;
      pivot[i] = this.#w1 - factor * upper[i - 1]!;
      upper[i] = this.#w2;
    }
    lower[last] = 0;
    pivot[last] = 1;
    this.#interval = 2;
    return true;
  }

  /** Coefficients of the fitted spline through `y[from…]`, written to `coefficients[0…count)`. */
  solve(y: Float64Array | Int32Array, from: number, coefficients: Float64Array): void {
    const last = this.#count - 1;
    coefficients[0] = y[from]!;
    for (let i = 1; i <= last; i++) coefficients[i] = y[from + i]! - this.#lower[i]! * coefficients[i - 1]!;
    for (let i = last - 1; i >= 1; i--) {
      coefficients[i] = (coefficients[i]! - this.#upper[i]! * coefficients[i + 1]!) / this.#pivot[i]!;
    }
  }

  /** Goes to abscissa `x` for `value`. Cheap when called with rising `x`; the end pieces extrapolate. */
  seek(x: number): void {
    const knots = this.#knots;
    const last = this.#count - 1;
    let interval = this.#interval;
    if (x < knots[interval]!) interval = 2;
    while (interval < last && x >= knots[interval + 1]!) interval++;
    this.#interval = interval;
    this.#weigh(x);
  }

  /** Value at the place of the last `seek` of the spline with these coefficients. */
  value(coefficients: Float64Array): number {
    const at = this.#interval;
    return this.#w0 * coefficients[at - 2]! + this.#w1 * coefficients[at - 1]! + this.#w2 * coefficients[at]!;
  }

  #weigh(x: number): void {
    const knots = this.#knots;
    const at = this.#interval;
    const before = knots[at - 1]!;
    const left = knots[at]!;
    const right = knots[at + 1]!;
    const after = knots[at + 2]!;
    const toRight = right - x;
    const fromLeft = x - left;
    const a = toRight / ((right - before) * (right - left));
    const b = fromLeft / ((after - left) * (right - left));
    this.#w0 = toRight * a;
    this.#w1 = (x - before) * a + (after - x) * b;
    this.#w2 = fromLeft * b;
  }

  #reserve(count: number): void {
    if (this.#lower.length >= count) return;
    const size = count + (count >> 2);
    this.#knots = new Float64Array(size + 3);
    this.#lower = new Float64Array(size);
    this.#pivot = new Float64Array(size);
    this.#upper = new Float64Array(size);
  }
}
