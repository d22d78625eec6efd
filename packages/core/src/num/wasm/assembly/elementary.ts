// The scalar functions of num/elementary.ts, the same operations in the same order: the same bits.

const ROUNDER: f64 = 6755399441055744
const LN2_HIGH: f64 = 6.9314718036912381649e-1
const LN2_LOW: f64 = 1.90821492927058770002e-10

export function exp(x: f64): f64 {
  if (!(x > -708)) return x <= -708 ? 0 : NaN
  if (x > 709.782712893384) return Infinity
  const n = x * 1.4426950408889634 + ROUNDER - ROUNDER
  const r = x - n * LN2_HIGH - n * LN2_LOW
  let p: f64 = 2.5110049204818668947e-8
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
  const k = <i64>n
  if (k > 1023) return p * reinterpret<f64>((k + 1022) << 52) * 2
  return p * reinterpret<f64>((k + 1023) << 52)
}

export function log(x: f64): f64 {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return x
  let k: i32 = 0
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984
    k = -54
  }
  const bits = reinterpret<u64>(x)
  let high = <u32>(bits >> 32)
  k += <i32>(high >>> 20) - 1023
  high &= 0x000fffff
  const shift = (high + 0x95f64) & 0x100000
  k += <i32>(shift >>> 20)
  const f = reinterpret<f64>((<u64>(high | (shift ^ 0x3ff00000)) << 32) | (bits & 0xffffffff)) - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const t1 = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1))
  const t2 = z * (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)))
  const halfSquare = 0.5 * f * f
  return <f64>k * LN2_HIGH - (halfSquare - (s * (halfSquare + t1 + t2) + <f64>k * LN2_LOW) - f)
}

function sinKernel(a: f64): f64 {
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

function cosKernel(a: f64): f64 {
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

export function sinTurns(turns: f64): f64 {
  const quarter = turns * 4 + ROUNDER - ROUNDER
  const a = (turns - quarter * 0.25) * 6.283185307179586
  const q = <i32>quarter & 3
  if (q === 0) return sinKernel(a)
  if (q === 1) return cosKernel(a)
  return q === 2 ? -sinKernel(a) : -cosKernel(a)
}
