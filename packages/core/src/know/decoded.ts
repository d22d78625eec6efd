import type { Code } from '../code/code.js'
import { symmetricEigen } from '../num/eigen.js'
import { log } from '../num/elementary.js'
import { cholesky, dot, multiply, solveLowerInPlace, transpose } from '../num/linear-algebra.js'
import { type Matrix, matrix, matrixFromRows, rowOf } from '../num/matrix.js'
import type { LinearDecoder } from '../spectral/codec.js'
import { type Encoded, takeEncoded } from '../table/encoder.js'
import { type Evidence, type Linearised, type StandIn, standInAt } from './evidence.js'
import { evidenceOfRows, type RowLikelihood, stacked } from './row-evidence.js'

/**
 * What evidence on rows [·, D] says about their coordinates behind a codec [·, K]. Behind a linear decoder linear evidence
 * stays exact, in at most K numbers; anything else is asked through the decoder, its stand-ins by the decoder's slopes.
 * Cost of a value: a decode; of a stand-in where the decoder is not linear: K + 1.
 */
export async function throughDecoder(evidence: Evidence, { codec, decode }: Pick<Code, 'codec' | 'decode'>): Promise<Evidence> {
  if (evidence.linear && codec.linear) return reduced(evidence, codec.linear)
  const { residuals } = evidence
  return {
    // The decoder ties all coordinates together.
    touches: evidence.touches && Array.from({ length: codec.latentDimension }, (_, a) => a),
    factors: evidence.factors,
    linear: false,
    monotone: codec.linear !== undefined && (evidence.monotone ?? evidence.linear),
    value: async (at, chains) => evidence.value(await decode(at), chains),
    ...(residuals && { residuals: async (at: Encoded, chains: Uint32Array) => residuals(await decode(at), chains) }),
    ...(evidence.linearise && {
      linearise: async (at: Encoded, chains: Uint32Array): Promise<Linearised> => {
        const found: (StandIn | undefined)[] = []
        // What stand-ins take is known once there is one.
        for (let first = 0, size = 1; first < chains.length; ) {
          const some = Uint32Array.from({ length: Math.min(size, chains.length - first) }, (_, i) => first + i)
          const from = takeEncoded(at, some)
          const rows = await decode(from)
          const local = await evidence.linearise!(rows, chains.subarray(first, first + some.length))
          found.push(...(await chained(local, { from, rows, codec, decode })))
          first += some.length
          size = Math.max(1, Math.floor(MOST_NUMBERS / (Math.max(1, local.rank) * codec.dataDimension)))
        }
        return stacked(found, codec.latentDimension)
      }
    })
  }
}

/** Numbers of stand-ins on rows that are held at a time. */
const MOST_NUMBERS = 4e6
/** Differences of the coordinates, whose variances are about one, that give the slopes of a decoder. */
const STEP = 0.05

interface Place extends Pick<Code, 'codec' | 'decode'> {
  readonly from: Encoded
  /** The same, decoded. */
  readonly rows: Encoded
}

/** The chain rule: stand-ins on rows as stand-ins on what they were decoded from. */
async function chained(local: Linearised, { from, rows, codec, decode }: Place): Promise<(StandIn | undefined)[]> {
  const { rows: n, cols: k } = from.coordinates
  const d = rows.coordinates.cols
  const parts = Array.from({ length: n }, (_, i) => standInAt(local, i))
  const out = parts.map(({ constant, targets, tilt }) => ({
    constant,
    targets,
    rows: matrix(local.rank, k),
    tilt: new Float64Array(tilt ? k : 0)
  }))
  for (let a = 0; a < k; a++) {
    const slopes = codec.linear ? undefined : await slopesAlong(a, { from, rows, codec, decode })
    parts.forEach((part, i) => {
      const slope = slopes ? slopes.subarray(i * d, (i + 1) * d) : rowOf(codec.linear!.basis, a)
      const own = out[i]!
      for (let r = 0; r < local.rank; r++) own.rows.data[r * k + a] = dot(rowOf(part.rows, r), slope)
      if (part.tilt) own.tilt[a] = dot(part.tilt, slope)
    })
  }
  return out.map(({ tilt, ...own }) =>
    own.constant === Number.NEGATIVE_INFINITY ? undefined : { ...fewer(own), ...(tilt.length > 0 ? { tilt } : {}) }
  )
}

/** ∂ decoded row / ∂ coordinate a [n, D]. */
async function slopesAlong(a: number, { from, rows, decode }: Place): Promise<Float64Array> {
  const { coordinates, codes } = from
  const moved = matrix(coordinates.rows, coordinates.cols, coordinates.data.slice())
  for (let i = 0; i < moved.rows; i++) moved.data[i * moved.cols + a] = moved.data[i * moved.cols + a]! + STEP
  const after = await decode({ coordinates: moved, codes })
  return after.coordinates.data.map((x, at) => (x - rows.coordinates.data[at]!) / STEP)
}

/** −½ ‖F x − z‖² of rows, x = offset + basisᵀ z, as the same of z, in at most K rows where it is the same in all classes. Cost O(r·D·K + K³). */
function reduced(evidence: Evidence, { offset, basis }: LinearDecoder): Promise<Evidence> {
  const shorter = (evidence.factors ?? []).length === 0 ? fewer : (gaussian: StandIn) => gaussian
  return linearEvidence(evidence, offset, ({ rows, targets, constant }) =>
    linearLikelihood(shorter({ rows: timesBasis(rows, basis), targets, constant }))
  )
}

/** Linear evidence made anew from its stand-in about a point [D], once for all levels that it depends on. */
async function linearEvidence(evidence: Evidence, about: Float64Array, make: (local: StandIn) => RowLikelihood): Promise<Evidence> {
  const { factors = [] } = evidence
  const at = matrix(1, about.length, about)
  const madeAt = async (codes: Int32Array) => make(standInAt(await evidence.linearise!({ coordinates: at, codes }, Uint32Array.of(0)), 0))
  if (factors.length === 0) return evidenceOfRows(await madeAt(new Int32Array(0)))
  const made = new Map<string, RowLikelihood>()
  const each = async <T>({ coordinates, codes }: Encoded, ask: (likelihood: RowLikelihood, point: Float64Array) => T): Promise<T[]> => {
    const out: T[] = []
    const width = codes.length / coordinates.rows
    for (let i = 0; i < coordinates.rows; i++) {
      const own = codes.subarray(i * width, (i + 1) * width)
      const name = factors.map((factor) => own[factor]).join()
      if (!made.has(name)) made.set(name, await madeAt(own))
      out.push(ask(made.get(name)!, rowOf(coordinates, i)))
    }
    return out
  }
  const none = new Int32Array(0)
  return {
    factors,
    linear: true,
    value: async (rows) => Float64Array.from(await each(rows, ({ value }, point) => value(point, none))),
    linearise: async (rows) => stacked(await each(rows, ({ standIn }, point) => standIn!(point, none)), rows.coordinates.cols),
    residuals: async (rows) => matrixFromRows(await each(rows, ({ residuals }, point) => residuals!(point, none)))
  }
}

function timesBasis({ rows: r, cols: d, data }: Matrix, basis: Matrix): Matrix {
  const k = basis.rows
  const out = matrix(r, k)
  for (let i = 0; i < r; i++)
    for (let c = 0; c < d; c++) {
      const x = data[i * d + c]!
      if (x !== 0) for (let a = 0; a < k; a++) out.data[i * k + a] = out.data[i * k + a]! + x * basis.data[a * d + c]!
    }
  return out
}

function linearLikelihood({ constant, rows, targets }: StandIn): RowLikelihood {
  const { rows: r, cols: k } = rows
  const { data } = rows
  const leftIn = (point: Float64Array, i: number): number => {
    let sum = targets[i]!
    for (let a = 0, at = i * k; a < k; a++, at++) sum -= data[at]! * point[a]!
    return sum
  }
  const left = (point: Float64Array): Float64Array => targets.map((_, i) => leftIn(point, i))
  const touches = Array.from({ length: k }, (_, a) => a).filter((a) =>
    Array.from({ length: r }, (_, i) => i).some((i) => rows.data[i * k + a] !== 0)
  )
  return {
    touches,
    linear: true,
    residuals: (point) => left(point).map((x) => -x),
    value: (point) => {
      let sum = constant
      for (let i = 0; i < r; i++) {
        const x = leftIn(point, i)
        sum -= 0.5 * x * x
      }
      return sum
    },
    standIn: (at) => ({ constant, rows, targets: left(at) })
  }
}

/** Directions with less than this share of the largest information say nothing that rounding would not. */
const LEAST_SHARE = 1e-12

/**
 * The same Gaussian in no more rows than coordinates, from its information matrix FᵀF = Q Λ Qᵀ: F′ = Λ^{1/2} Qᵀ.
 * Cost O(r·K² + K³).
 */
function fewer({ constant, rows: f, targets }: StandIn): StandIn {
  const { rows: r, cols: k, data } = f
  if (r <= k) return { constant, rows: f, targets }
  const information = matrix(k, k)
  const vector = new Float64Array(k)
  for (let i = 0; i < r; i++)
    for (let a = 0; a < k; a++) {
      const x = data[i * k + a]!
      vector[a] = vector[a]! + x * targets[i]!
      for (let b = 0; b < k; b++) information.data[a * k + b] = information.data[a * k + b]! + x * data[i * k + b]!
    }
  const { values, vectors } = symmetricEigen(information)
  const rank = values.filter((x) => x > 0 && x > LEAST_SHARE * values[0]!).length
  const out = { rows: matrix(rank, k), targets: new Float64Array(rank) }
  for (let q = 0; q < rank; q++) {
    const root = Math.sqrt(values[q]!)
    for (let a = 0; a < k; a++) {
      out.rows.data[q * k + a] = root * vectors.data[a * k + q]!
      out.targets[q] = out.targets[q]! + (vectors.data[a * k + q]! * vector[a]!) / root
    }
  }
  const squares = (list: Float64Array) => list.reduce((sum, x) => sum + x * x, 0)
  return { ...out, constant: constant - 0.5 * (squares(targets) - squares(out.targets)) }
}

/**
 * Monotone evidence about points that are blurred by N(0, V), V diagonal: of linear evidence as it is, of any other its stand-ins, at whose
 * own points it is taken.
 */
export function blurred(evidence: Evidence, variances: Float64Array): Promise<Evidence> | Evidence {
  const shorter = (evidence.factors ?? []).length === 0 ? fewer : (gaussian: StandIn) => gaussian
  if (evidence.linear)
    return linearEvidence(evidence, new Float64Array(variances.length), (local) =>
      linearLikelihood(shorter(blurredStandIn(local, variances)))
    )
  const linearise = async (at: Encoded, chains: Uint32Array): Promise<Linearised> => {
    const found = await evidence.linearise!(at, chains)
    const own = Array.from(chains, (_, i) => standInAt(found, i))
    const possible = own.map((local) => (local.constant === Number.NEGATIVE_INFINITY ? undefined : blurredStandIn(local, variances)))
    return stacked(possible, variances.length)
  }
  return {
    touches: evidence.touches,
    factors: evidence.factors,
    linear: false,
    linearise,
    value: async (at, chains) => {
      const found = await linearise(at, chains)
      return Float64Array.from(chains, (_, i) => {
        const { constant, targets } = standInAt(found, i)
        return targets.reduce((sum, z) => sum - 0.5 * z * z, constant)
      })
    }
  }
}

/** log ∫ N(v; 0, V) exp(c − ½ ‖F (u + v) − z‖²) dv of all u, V diagonal: with G Gᵀ = I + F V Fᵀ, of slopes G⁻¹F and targets G⁻¹z. */
export function blurredStandIn({ constant, rows: f, targets }: StandIn, variances: Float64Array): StandIn {
  const wide = matrix(
    f.rows,
    f.cols,
    f.data.map((x, place) => x * variances[place % f.cols]!)
  )
  const gram = multiply(wide, transpose(f))
  for (let r = 0; r < f.rows; r++) gram.data[r * (f.rows + 1)] = gram.data[r * (f.rows + 1)]! + 1
  const noise = cholesky(gram)
  const whitened = (columns: Matrix): Matrix => {
    const across = transpose(columns)
    for (let c = 0; c < across.rows; c++) solveLowerInPlace(noise.data, f.rows, across.data, 0, c * f.rows)
    return transpose(across)
  }
  const volume = targets.reduce((sum, _, r) => sum - log(noise.data[r * (f.rows + 1)]!), constant)
  return { constant: volume, rows: whitened(f), targets: whitened(matrix(f.rows, 1, targets)).data }
}
