/**
 * The elementary functions of the project, built from + − × ÷ and √ only.
 *
 * The last bit of `Math.exp`, `Math.log`, `Math.sin` … is the host's choice (Node and Chromium differ), so nothing that
 * reaches an output may call them. These give the same bits on every host, and the WebAssembly kernels evaluate the
 * same polynomials in the same order.
 *
 * @source exp: Cody–Waite reduction and a Chebyshev fit of degree 11 on |r| ≤ ½ ln 2 (relative error 3.2e-18 before
 * rounding). log, sin, cos: the kernels of Sun's fdlibm (freely granted). Φ: Hart 1968 in the form of West 2005.
 * Φ⁻¹: Wichura 1988, algorithm AS 241.
 */

/** Adding and subtracting 1.5·2⁵² rounds to the nearest integer, ties to even, in WebAssembly and TypeScript alike. */
const ROUNDER = 6755399441055744
const LOG2_E = 1.4426950408889634
const LN2_HIGH = 6.9314718036912381649e-1
const LN2_LOW = 1.90821492927058770002e-10

const scratch = new ArrayBuffer(8)
const asFloat = new Float64Array(scratch)
const asWords = new Int32Array(scratch)
asFloat[0] = 1
/** Index of the word that holds sign and exponent (1 on little-endian hosts). */
const HIGH = asWords[1] === 0x3ff00000 ? 1 : 0
const LOW = 1 - HIGH

/** eˣ to about one unit in the last place; 0 below −708, ∞ above 709.78. */
export function exp(x: number): number {
  if (!(x > -708)) return x <= -708 ? 0 : Number.NaN
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY
  const n = x * LOG2_E + ROUNDER - ROUNDER
  const r = x - n * LN2_HIGH - n * LN2_LOW
  let p = 2.5110049204818668947e-8
  p = p * r + 2.7632654722527803793e-7
  p = p * r + 2.7557240887229868572e-6
  p = p * r + 2.4801485441561312934e-5
  p = p * r + 1.9841269890076402829e-4
  p = p * r + 1.3888888952352862866e-3
  p = p * r + 8.3333333333195896163e-3
  p = p * r + 4.166666666648795252e-2
  p = p * r + 1.666666666666668082e-1
  p = p * r + 5.0000000000000184039e-1
  p = p * r + 1
  p = p * r + 1
  asWords[LOW] = 0
  if (n > 1023) {
    asWords[HIGH] = (n + 1022) << 20
    return p * asFloat[0]! * 2
  }
  asWords[HIGH] = (n + 1023) << 20
  return p * asFloat[0]!
}

/** Natural logarithm to under one unit in the last place; −∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (x === Number.POSITIVE_INFINITY) return x
  let k = 0
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984
    k = -54
  }
  asFloat[0] = x
  let high = asWords[HIGH]!
  k += (high >>> 20) - 1023
  high &= 0x000fffff
  // Mantissa into [√½, √2): the reduction that fdlibm uses.
  const shift = (high + 0x95f64) & 0x100000
  asWords[HIGH] = high | (shift ^ 0x3ff00000)
  k += shift >>> 20
  const f = asFloat[0]! - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const t1 = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1))
  const t2 = z * (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)))
  const halfSquare = 0.5 * f * f
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + t1 + t2) + k * LN2_LOW) - f)
}

/** xʸ for x ≥ 0, as exp(y log x): relative error about |y log x| units in the last place. */
export function pow(x: number, y: number): number {
  if (x === 0) return y === 0 ? 1 : y > 0 ? 0 : Number.POSITIVE_INFINITY
  return exp(y * log(x))
}

function sinKernel(a: number): number {
  const z = a * a
  return (
    a +
    a *
      z *
      (-1.66666666666666324348e-1 +
        z *
          (8.33333333332248946124e-3 +
            z * (-1.98412698298579493134e-4 + z * (2.7557313707070067e-6 + z * (-2.5050760253406863e-8 + z * 1.5896909952115501e-10)))))
  )
}

function cosKernel(a: number): number {
  const z = a * a
  return (
    1 -
    0.5 * z +
    z *
      z *
      (4.16666666666666019037e-2 +
        z *
          (-1.38888888888741095749e-3 +
            z * (2.48015872894767294178e-5 + z * (-2.75573143513906633035e-7 + z * (2.0875723212981748e-9 + z * -1.1359647557788195e-11)))))
  )
}

/** 2π. */
const TURN = 6.283185307179586

/** sin(2π·turns) for |turns| < 2⁵⁰. */
export function sinTurns(turns: number): number {
  const quarter = turns * 4 + ROUNDER - ROUNDER
  const a = (turns - quarter * 0.25) * TURN
  const q = quarter & 3
  if (q === 0) return sinKernel(a)
  if (q === 1) return cosKernel(a)
  return q === 2 ? -sinKernel(a) : -cosKernel(a)
}

/** cos(2π·turns) for |turns| < 2⁵⁰. */
export function cosTurns(turns: number): number {
  return sinTurns(turns + 0.25)
}

/** Φ(z), the standard normal distribution function, absolute error about 1e-15. */
export function normalCdf(z: number): number {
  const a = z < 0 ? -z : z
  let tail = 0
  if (a <= 37) {
    const e = exp(-0.5 * a * a)
    if (a < 7.07106781186547) {
      const top =
        (((((3.52624965998911e-2 * a + 0.700383064443688) * a + 6.37396220353165) * a + 33.912866078383) * a + 112.079291497871) * a +
          221.213596169931) *
          a +
        220.206867912376
      const bottom =
        ((((((8.83883476483184e-2 * a + 1.75566716318264) * a + 16.064177579207) * a + 86.7807322029461) * a + 296.564248779674) * a +
          637.333633378831) *
          a +
          793.826512519948) *
          a +
        440.413735824752
      tail = (e * top) / bottom
    } else {
      tail = e / (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65))))) / 2.506628274631
    }
  }
  return z > 0 ? 1 - tail : tail
}

/** Φ⁻¹(p), the standard normal quantile, relative error about 1e-16; ∓∞ at 0 and 1. */
export function normalQuantile(p: number): number {
  if (!(p > 0)) return p === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (!(p < 1)) return p === 1 ? Number.POSITIVE_INFINITY : Number.NaN
  const q = p - 0.5
  if (q >= -0.425 && q <= 0.425) {
    const r = 0.180625 - q * q
    return (
      (q *
        (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r + 45921.953931549871457) * r +
          13731.693765509461125) *
          r +
          1971.5909503065514427) *
          r +
          133.14166789178437745) *
          r +
          3.387132872796366608)) /
      (((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) * r +
        5394.1960214247511077) *
        r +
        687.1870074920579083) *
        r +
        42.313330701600911252) *
        r +
        1)
    )
  }
  let r = Math.sqrt(-log(q < 0 ? p : 1 - p))
  let value: number
  if (r <= 5) {
    r -= 1.6
    value =
      (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r +
        3.64784832476320460504) *
        r +
        5.7694972214606914055) *
        r +
        4.6303378461565452959) *
        r +
        1.42343711074968357734) /
      (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r + 0.14810397642748007459) * r +
        0.68976733498510000455) *
        r +
        1.6763848301838038494) *
        r +
        2.05319162663775882187) *
        r +
        1)
  } else {
    r -= 5
    value =
      (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r + 0.026532189526576123093) * r +
        0.29656057182850489123) *
        r +
        1.7848265399172913358) *
        r +
        5.4637849111641143699) *
        r +
        6.6579046435011037772) /
      (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r +
        0.0148753612908506148525) *
        r +
        0.13692988092273580531) *
        r +
        0.59983220655588793769) *
        r +
        1)
  }
  return q < 0 ? -value : value
}
