// Vector arithmetic of the chosen precision: two float64 or four float32 lanes, fused where the build is relaxed.
// FLOAT32 is set by the build script; ASC_FEATURE_RELAXED_SIMD by the feature.

/** Bytes a lane. */
export const SIZE: usize = FLOAT32 ? 4 : 8
/** Points a block. */
export const BLOCK: i32 = FLOAT32 ? 128 : 64
/** Bytes of a block of one coordinate. */
export const ROW: usize = <usize>BLOCK * SIZE
/** Bytes of four vectors. */
export const FOUR: usize = 64
/** A group of four queries has its coordinates after this many times `FOUR` bytes: rounders and offsets. */
export const COORDINATES: usize = 2
/** Bits a nat: logarithms in lanes are in bits (base 2). */
export const BITS: f64 = 1.4426950408889634

@inline export function splat(x: f64): v128 {
  return FLOAT32 ? f32x4.splat(<f32>x) : f64x2.splat(x)
}

/** One lane at `at` in all lanes. */
@inline export function loadSplat(at: usize): v128 {
  return FLOAT32 ? v128.load32_splat(at) : v128.load64_splat(at)
}

@inline export function loadLane(at: usize): f64 {
  return FLOAT32 ? <f64>load<f32>(at) : load<f64>(at)
}

@inline export function storeLane(at: usize, x: f64): void {
  if (FLOAT32) store<f32>(at, <f32>x)
  else store<f64>(at, x)
}

@inline export function add(a: v128, b: v128): v128 {
  return FLOAT32 ? f32x4.add(a, b) : f64x2.add(a, b)
}

@inline export function sub(a: v128, b: v128): v128 {
  return FLOAT32 ? f32x4.sub(a, b) : f64x2.sub(a, b)
}

@inline export function mul(a: v128, b: v128): v128 {
  return FLOAT32 ? f32x4.mul(a, b) : f64x2.mul(a, b)
}

@inline export function div(a: v128, b: v128): v128 {
  return FLOAT32 ? f32x4.div(a, b) : f64x2.div(a, b)
}

/** The larger of two; the second one where the first is not a number. One instruction. */
@inline export function larger(a: v128, b: v128): v128 {
  return FLOAT32 ? f32x4.pmax(a, b) : f64x2.pmax(a, b)
}

/** a·b + c */
@inline export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return FLOAT32 ? f32x4.relaxed_madd(a, b, c) : f64x2.relaxed_madd(a, b, c)
  return add(mul(a, b), c)
}

/** c − a·b */
@inline export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return FLOAT32 ? f32x4.relaxed_nmadd(a, b, c) : f64x2.relaxed_nmadd(a, b, c)
  return sub(c, mul(a, b))
}

/** p·2ⁿ, where n is in the low bits of t (a rounded number plus the rounder). */
@inline export function scaled(p: v128, t: v128): v128 {
  return FLOAT32 ? i32x4.add(p, i32x4.shl(t, 23)) : i64x2.add(p, i64x2.shl(t, 52))
}

/** Lanes of float32 from two pairs of float64. */
@inline export function demoted(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2)
}

/** The first two float32 lanes in float64. */
@inline export function promotedLow(a: v128): v128 {
  return f64x2.promote_low_f32x4(a)
}

/** The last two float32 lanes in float64. */
@inline export function promotedHigh(a: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 0))
}

/** Stores four float64 numbers as lanes. */
@inline export function storeLanes(at: usize, low: v128, high: v128): void {
  if (FLOAT32) v128.store(at, demoted(low, high))
  else {
    v128.store(at, low)
    v128.store(at, high, 16)
  }
}

/** Stores four vectors: each of four float64 numbers in all lanes. */
@inline export function storeSplats(at: usize, low: v128, high: v128): void {
  if (FLOAT32) {
    const four = demoted(low, high)
    v128.store(at, v128.shuffle<i32>(four, four, 0, 0, 0, 0))
    v128.store(at, v128.shuffle<i32>(four, four, 1, 1, 1, 1), 16)
    v128.store(at, v128.shuffle<i32>(four, four, 2, 2, 2, 2), 32)
    v128.store(at, v128.shuffle<i32>(four, four, 3, 3, 3, 3), 48)
  } else {
    v128.store(at, v128.shuffle<i64>(low, low, 0, 0))
    v128.store(at, v128.shuffle<i64>(low, low, 1, 1), 16)
    v128.store(at, v128.shuffle<i64>(high, high, 0, 0), 32)
    v128.store(at, v128.shuffle<i64>(high, high, 1, 1), 48)
  }
}

/** Two float64 numbers that add up to the sum of the lanes. */
@inline export function promoted(a: v128): v128 {
  if (FLOAT32) return f64x2.add(promotedLow(a), promotedHigh(a))
  return a
}

/** Sum of the lanes, in float64. */
@inline export function laneSum(a: v128): f64 {
  return sumOfTwo(promoted(a))
}

@inline export function sumOfTwo(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
}

@inline export function laneLargest(a: v128): f64 {
  if (FLOAT32) {
    const b = f32x4.pmax(a, v128.shuffle<i64>(a, a, 1, 0))
    return <f64>max<f32>(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1))
  }
  return max<f64>(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1))
}

/** Table of splatted constants, written once by `initialise`; locals loaded from it stay in registers where there is room. */
const CONSTANTS: usize = 2048

@inline export function constant(i: i32): v128 {
  return v128.load(CONSTANTS + (<usize>i << 4))
}

export function put(i: i32, x: f64): void {
  v128.store(CONSTANTS + (<usize>i << 4), splat(x))
}

/** The job's 1/(4ε), or 1/(2ε), in bits. */
export const LANE_SCALE: i32 = 12
/** The lowest log weight plus `WHOLE`: less a query's rounder, it is the lowest of what is added to that. */
export const FLOOR: i32 = 13

/** What makes a number whole when it is added and taken away again, n in the low bits of the sum: 1.5·2²³, 1.5·2⁵². */
export const WHOLE: f64 = FLOAT32 ? 12582912 : 6755399441055744

/**
 * Entries 0 … 11 are the polynomial of 2ʳ, |r| ≤ ½, constant term first: of degree 5, relative error 7.5e-8, and in
 * float64 of degree 11, 3e-17 before rounding.
 */
export function initialise(): void {
  if (FLOAT32) {
    put(0, 1.0000000716546849)
    put(1, 0.6931469670647609)
    put(2, 0.24022119723839988)
    put(3, 0.055507132734974665)
    put(4, 0.009675541334454151)
    put(5, 0.0013276471992681078)
    return
  }
  put(0, 1)
  put(1, 0.6931471805599453)
  put(2, 0.2402265069591016)
  put(3, 0.055504108664821625)
  put(4, 0.009618129107587223)
  put(5, 0.0013333558146406453)
  put(6, 0.00015403530463766596)
  put(7, 1.5252733841579287e-5)
  put(8, 1.3215432514189648e-6)
  put(9, 1.017805707615539e-7)
  put(10, 7.07419815879135e-9)
  put(11, 4.4558199665721435e-10)
}

/** Two steps of Horner's rule, down to the constant of number i − 1. */
@inline function twoTerms(p: v128, r: v128, i: i32): v128 {
  return madd(madd(p, r, constant(i)), r, constant(i - 1))
}

/** 2ʳ of a few numbers, |r| ≤ ½. */
@inline export function powerOfFraction(r: v128): v128 {
  if (FLOAT32) return twoTerms(twoTerms(madd(constant(5), r, constant(4)), r, 3), r, 1)
  const high = twoTerms(twoTerms(madd(constant(11), r, constant(10)), r, 9), r, 7)
  return twoTerms(twoTerms(twoTerms(high, r, 5), r, 3), r, 1)
}
