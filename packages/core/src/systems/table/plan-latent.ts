import { type LatentSpecification, parseLatent } from '../../code/codecs/specification.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import { type Plan, planOf, type Stage } from '../system.js'
import { estimateJob } from './estimate.js'
import type { TableRequest, TableSource } from './options.js'
import { localPlan } from './plan-local.js'

/** Where the number of coordinates is chosen or the networks' own. */
const GUESSED_DIMENSION = 16
/** Rows that a search compares after decoding, values of ε that it tries, and chains that it draws for each. */
const SEARCH = { rows: 2000, evaluations: 10, chains: 1000, turns: 6, steps: 40 }
const TURNS = 14
/** Operations of a codec that take as long as a pair, about: 5·10⁵ and 10⁵ in a millisecond of one core. */
const OPERATIONS_OF_PAIR = 5

type Specification = LatentSpecification | { readonly kind: 'fitted'; readonly dimension: number }

/** The plan of a model behind a codec: passes over pairs in K coordinates, and the codec's own work; an upper estimate. */
export function planLatent(source: TableSource, request: TableRequest | undefined): Plan {
  const { rowCount, columnCount, specification, localised } = sizesOf(source)
  const dimension = 'dimension' in specification && specification.dimension !== 'auto' ? specification.dimension : GUESSED_DIMENSION
  const drawnRows = request ? (request.rows ?? rowCount) * (request.asked?.givens.length ?? 1) : 0
  const fits = 'input' in source
  const codec = fits ? [codecStage(specification, { rowCount, columnCount, dimension })] : []
  const sampler = localised
    ? localPlan({ rowCount, columnCount: dimension, fits, request }).stages
    : [
        ...(fits && typeof source.options.bandwidth !== 'number' ? [searchStage(rowCount)] : []),
        ...(fits ? [{ stage: 'scaling', pairs: TURNS * rowCount * rowCount }] : []),
        ...(request ? drawStages(request, { rowCount, dimension, drawnRows }) : [])
      ]
  const bytes = 8 * (rowCount + drawnRows) * (3 * columnCount + 6 * dimension)
  return planOf([...codec, ...sampler], { rowCount, columnCount, dimension, drawnRows, bytes })
}

function sizesOf(source: TableSource): { rowCount: number; columnCount: number; specification: Specification; localised: boolean } {
  if ('input' in source) {
    const { input, options } = source
    const specification = typeof options.latent === 'object' ? options.latent : parseLatent(options.latent!)
    return { rowCount: input.rowCount, columnCount: input.columns.length, specification, localised: options.local !== undefined }
  }
  const { model } = source
  if (!('codec' in model)) return { rowCount: 0, columnCount: 0, specification: { kind: 'fitted', dimension: 0 }, localised: false }
  const { rowCount, codec } = model.summary
  return {
    rowCount,
    columnCount: codec.dataDimension,
    specification: { kind: 'fitted', dimension: codec.dimension },
    localised: 'graph' in model.inner
  }
}

function searchStage(rowCount: number): Stage {
  const rows = Math.min(rowCount, SEARCH.rows)
  const pairs = SEARCH.evaluations * (SEARCH.turns * rows * rows + SEARCH.steps * SEARCH.chains * rows)
  return { stage: 'choosing the bandwidth', pairs }
}

/** Values of ε that are looked at for what is known, as a rule. */
const LOOKS = 2

/** Rows, or rows that meet what is known after decoding: those of a posterior in K coordinates. */
function drawStages({ steps, asked }: TableRequest, sizes: { rowCount: number; dimension: number; drawnRows: number }): readonly Stage[] {
  const known = asked && {
    conditions: asked.givens.length,
    trials: 0,
    looks: LOOKS,
    coordinateCount: sizes.dimension,
    partCount: 1,
    observes: true
  }
  const taken = steps ?? USUAL_STEPS[asked ? 'observed' : 'rows']
  const estimate = estimateJob({ ...sizes, steps: taken, automaticBandwidth: false, comparesScalings: false, passesPerStep: 1, known })
  return estimate.stages.filter(({ stage }) => !FITTING.includes(stage))
}

const FITTING: readonly string[] = ['choosing the scaling', 'choosing the bandwidth', 'scaling']

interface CodecSizes {
  readonly rowCount: number
  readonly columnCount: number
  readonly dimension: number
}

function codecStage({ kind }: Specification, sizes: CodecSizes): Stage {
  const pairs = codecOperations(kind, sizes) / OPERATIONS_OF_PAIR
  return { stage: kind === 'autoencoder' ? 'training the autoencoder' : 'eigenvectors', pairs }
}

function codecOperations(kind: Specification['kind'], { rowCount: m, columnCount, dimension }: CodecSizes): number {
  const components = (count: number) => 40 * m * columnCount * count
  if (kind === 'pca') return components(dimension)
  if (kind === 'autoencoder') return components(Math.min(128, columnCount)) + 100 * 12 * m * 128 * (4 * dimension + 64)
  if (kind === 'diffusion-map') return components(Math.min(64, columnCount)) + 60 * m * Math.min(m, 5000) * Math.min(64, columnCount)
  return 1000 * m * columnCount
}
