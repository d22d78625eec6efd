import { type Matrix, matrix, rowOf } from '../num/matrix.js'
import type { Encoded } from '../table/encoder.js'

/**
 * What is known about rows besides exact values, intervals and levels: a log-likelihood of points, for many chains at a time.
 * What is known may differ from chain to chain; `chains` says which chain each point belongs to [n].
 */
export interface Evidence {
  /** Coordinates that it depends on; absent: any, and categories. */
  readonly touches?: readonly number[] | undefined
  /** Factors that it depends on besides `touches`; absent: none. */
  readonly factors?: readonly number[] | undefined
  /** Whether the stand-in is the likelihood itself in all rows of its class, wherever it is taken. */
  readonly linear: boolean
  /** Whether it is linear in numbers that rise with their coordinates, so that it lies about one place however far a step leads. Default as `linear`. */
  readonly monotone?: boolean | undefined
  /** log L [n]; −∞ where a row is impossible. */
  value(at: Encoded, chains: Uint32Array): Promise<Float64Array>
  /** A Gaussian stand-in about each point. Without it, proposals know nothing of the likelihood and the Metropolis test does all. */
  linearise?(at: Encoded, chains: Uint32Array): Promise<Linearised>
  /** Signed residuals [n, r] whose half sum of squares is −log L, where it is one of noisy observations; not finite where undefined. */
  residuals?(at: Encoded, chains: Uint32Array): Promise<Matrix>
}

/**
 * Gaussians in the place of a likelihood, each near its point a: log L̂(x) = constant + tilt·(x − a) − ½ ‖F (x − a) − z‖².
 * @source mathematics, section 7.
 */
export interface Linearised {
  /** r: rows of every F. */
  readonly rank: number
  /** [n]; −∞ where there is no stand-in because the point is impossible. */
  readonly constant: Float64Array
  /** Linear part that F does not carry [n, d]. */
  readonly tilt?: Float64Array | undefined
  /** F, already divided by the noise: rows of R^{-1/2} H [n, r, d]. */
  readonly rows: Float64Array
  /** z [n, r]. */
  readonly targets: Float64Array
}

/** The stand-in about one point, as views. */
export interface StandIn {
  readonly constant: number
  readonly tilt?: Float64Array | undefined
  /** F [r, d] */
  readonly rows: Matrix
  /** z [r] */
  readonly targets: Float64Array
}

export function standInAt({ rank, constant, tilt, rows, targets }: Linearised, i: number): StandIn {
  const n = constant.length
  const d = tilt ? tilt.length / n : rank > 0 ? rows.length / (n * rank) : 0
  return {
    constant: constant[i]!,
    tilt: tilt?.subarray(i * d, (i + 1) * d),
    rows: matrix(rank, d, rows.subarray(i * rank * d, (i + 1) * rank * d)),
    targets: targets.subarray(i * rank, (i + 1) * rank)
  }
}

/** log L̂ of a stand-in about `at`, at a point. */
export function standInValue({ constant, tilt, rows, targets }: StandIn, at: Float64Array, point: Float64Array): number {
  let total = constant
  if (tilt) for (let c = 0; c < point.length; c++) total += tilt[c]! * (point[c]! - at[c]!)
  for (let r = 0; r < rows.rows; r++) {
    let residual = -targets[r]!
    for (let c = 0; c < rows.cols; c++) residual += rows.data[r * rows.cols + c]! * (point[c]! - at[c]!)
    total -= 0.5 * residual * residual
  }
  return total
}

/** L^power: the likelihood while it is still being brought in. */
export function tempered(evidence: Evidence, power: number): Evidence {
  if (power === 1) return evidence
  const root = Math.sqrt(power)
  const raised = (logs: Float64Array) => logs.map((x) => (x === Number.NEGATIVE_INFINITY ? x : power * x))
  const { linearise, residuals } = evidence
  return {
    touches: evidence.touches,
    factors: evidence.factors,
    linear: evidence.linear,
    value: async (at, chains) => raised(await evidence.value(at, chains)),
    ...(linearise && {
      linearise: async (at: Encoded, chains: Uint32Array): Promise<Linearised> => {
        const full = await linearise(at, chains)
        return {
          rank: full.rank,
          constant: raised(full.constant),
          tilt: full.tilt?.map((x) => power * x),
          rows: full.rows.map((x) => root * x),
          targets: full.targets.map((x) => root * x)
        }
      }
    }),
    ...(residuals && {
      residuals: async (at: Encoded, chains: Uint32Array): Promise<Matrix> => {
        const { rows, cols, data } = await residuals(at, chains)
        return matrix(
          rows,
          cols,
          data.map((x) => root * x)
        )
      }
    })
  }
}

/** Noisy observations of other values: every chain's residuals are measured from its row of `shifts` [n, r], in units of the noise. */
export function shifted(evidence: Evidence, shifts: Matrix): Evidence {
  const { residuals, linearise } = evidence
  if (!residuals) throw new RangeError('evidence without residuals observes no value')
  const from = (values: Float64Array, chains: Uint32Array, sign: number) => {
    const r = shifts.cols
    return values.map((x, at) => x + sign * shifts.data[chains[Math.floor(at / r)]! * r + (at % r)]!)
  }
  const own = async (at: Encoded, chains: Uint32Array): Promise<Matrix> => {
    const found = await residuals(at, chains)
    return matrix(found.rows, found.cols, from(found.data, chains, -1))
  }
  return {
    touches: evidence.touches,
    factors: evidence.factors,
    linear: evidence.linear,
    residuals: own,
    value: async (at, chains) => {
      const found = await own(at, chains)
      return Float64Array.from(chains, (_, i) => {
        const total = rowOf(found, i).reduce((sum, r) => sum - 0.5 * r * r, 0)
        return Number.isFinite(total) ? total : Number.NEGATIVE_INFINITY
      })
    },
    ...(linearise && {
      linearise: async (at: Encoded, chains: Uint32Array): Promise<Linearised> => {
        const found = await linearise(at, chains)
        return { ...found, targets: from(found.targets, chains, 1) }
      }
    })
  }
}

/** Independent pieces of evidence as one; undefined where there is none. Those without stand-in are left to the Metropolis test. */
export function together(parts: readonly Evidence[]): Evidence | undefined {
  if (parts.length < 2) return parts[0]
  const guides = parts.filter((part) => part.linearise)
  return {
    touches: parts.some(({ touches }) => !touches)
      ? undefined
      : [...new Set(parts.flatMap(({ touches }) => touches!))].sort((a, b) => a - b),
    factors: [...new Set(parts.flatMap(({ factors = [] }) => factors))].sort((a, b) => a - b),
    linear: parts.every(({ linear }) => linear),
    monotone: parts.every(({ linear, monotone = linear }) => monotone),
    value: async (at, chains) => {
      const total = new Float64Array(chains.length)
      for (const part of parts)
        (await part.value(at, chains)).forEach((x, i) => {
          total[i] = total[i]! + x
        })
      return total
    },
    ...(guides.length > 0 && {
      linearise: async (at: Encoded, chains: Uint32Array) => {
        const found: Linearised[] = []
        for (const part of guides) found.push(await part.linearise!(at, chains))
        return joined(found, at.coordinates.cols)
      }
    }),
    ...(parts.every((part) => part.residuals) && {
      residuals: async (at: Encoded, chains: Uint32Array) => {
        const found: Matrix[] = []
        for (const part of parts) found.push(await part.residuals!(at, chains))
        return besideEachOther(found)
      }
    })
  }
}

function besideEachOther(parts: readonly Matrix[]): Matrix {
  const [n, width] = [parts[0]!.rows, parts.reduce((sum, { cols }) => sum + cols, 0)]
  const out = matrix(n, width)
  let first = 0
  for (const part of parts) {
    for (let i = 0; i < n; i++) out.data.set(rowOf(part, i), i * width + first)
    first += part.cols
  }
  return out
}

function joined(parts: readonly Linearised[], d: number): Linearised {
  const n = parts[0]!.constant.length
  const rank = parts.reduce((sum, part) => sum + part.rank, 0)
  const tilted = parts.some(({ tilt }) => tilt)
  const all = { rank, constant: new Float64Array(n), rows: new Float64Array(n * rank * d), targets: new Float64Array(n * rank) }
  const tilt = new Float64Array(tilted ? n * d : 0)
  let first = 0
  for (const part of parts) {
    for (let i = 0; i < n; i++) {
      all.constant[i] = all.constant[i]! + part.constant[i]!
      all.rows.set(part.rows.subarray(i * part.rank * d, (i + 1) * part.rank * d), (i * rank + first) * d)
      all.targets.set(part.targets.subarray(i * part.rank, (i + 1) * part.rank), i * rank + first)
    }
    part.tilt?.forEach((x, at) => {
      tilt[at] = tilt[at]! + x
    })
    first += part.rank
  }
  return tilted ? { ...all, tilt } : all
}

/** Some coordinates of every chain's row while the others are as in `rest`, whose chains are numbered by its rows. */
export interface Restriction {
  /** Coordinates of the points, in their order. */
  readonly coordinates: ArrayLike<number>
  /** Whole rows [n, d], read when the evidence is asked. */
  readonly rest: Matrix
}

/** What evidence about whole rows says about some of their coordinates: a function of these [n, k], the others held. */
export function restricted(evidence: Evidence, { coordinates, rest }: Restriction): Evidence {
  const [k, d] = [coordinates.length, rest.cols]
  const whole = (at: Encoded, chains: Uint32Array): Encoded => {
    const points = matrix(chains.length, d)
    chains.forEach((chain, i) => {
      points.data.set(rowOf(rest, chain), i * d)
      for (let c = 0; c < k; c++) points.data[i * d + coordinates[c]!] = at.coordinates.data[i * k + c]!
    })
    return { coordinates: points, codes: at.codes }
  }
  const taken = (values: Float64Array): Float64Array => {
    const out = new Float64Array((values.length / d) * k)
    for (let at = 0; at < out.length; at++) out[at] = values[Math.floor(at / k) * d + coordinates[at % k]!]!
    return out
  }
  const { touches, linearise, residuals } = evidence
  return {
    touches: touches && Array.from({ length: k }, (_, c) => c).filter((c) => touches.includes(coordinates[c]!)),
    factors: evidence.factors,
    linear: evidence.linear,
    value: (at, chains) => evidence.value(whole(at, chains), chains),
    ...(linearise && {
      linearise: async (at: Encoded, chains: Uint32Array): Promise<Linearised> => {
        const found = await linearise(whole(at, chains), chains)
        return { ...found, tilt: found.tilt && taken(found.tilt), rows: taken(found.rows) }
      }
    }),
    ...(residuals && { residuals: (at: Encoded, chains: Uint32Array) => residuals(whole(at, chains), chains) })
  }
}

/** A Gaussian in one coordinate, of its own for every chain: log L = −½ precision (x − value)²; precision 0 says nothing [n]. */
export function coordinateEvidence(
  coordinate: number,
  { value, precision }: { readonly value: Float64Array; readonly precision: Float64Array }
): Evidence {
  return {
    touches: [coordinate],
    linear: true,
    value: async ({ coordinates }, chains) =>
      Float64Array.from(chains, (chain, i) => {
        const gap = coordinates.data[i * coordinates.cols + coordinate]! - value[chain]!
        return -0.5 * precision[chain]! * gap * gap
      }),
    linearise: async ({ coordinates }, chains) => {
      const rows = new Float64Array(chains.length * coordinates.cols)
      const targets = new Float64Array(chains.length)
      chains.forEach((chain, i) => {
        const root = Math.sqrt(precision[chain]!)
        rows[i * coordinates.cols + coordinate] = root
        targets[i] = root * (value[chain]! - coordinates.data[i * coordinates.cols + coordinate]!)
      })
      return { rank: 1, constant: new Float64Array(chains.length), rows, targets }
    }
  }
}
