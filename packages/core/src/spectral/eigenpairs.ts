import { InputError } from '../num/errors.js'
import { type Ending, iterate, type Method, type Watch } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { type Key, keyAtStep, keyFor, keyFromSeed, normals } from '../num/random.js'
import { type Columns, columnsOf, combine, dot, fromColumns, recombine, scaleBy } from './columns.js'
import { type DenseEigen, denseEigen } from './dense-eigen.js'
import { length, orthogonalise, orthonormalBlock } from './orthogonal.js'

/** A symmetric operator known by its products with blocks of vectors. */
export interface SymmetricOperator {
  readonly size: number
  /** A V for V [size, c], which may be overwritten, as a matrix of its own. */
  apply(block: Matrix): Promise<Matrix>
}

interface EigenpairsOptions {
  readonly operator: SymmetricOperator
  /** Number of largest eigenvalues wanted, from 1 to the operator's size. */
  readonly count: number
  /** Converged when every ‖A x − θ x‖ ≤ tolerance for unit x. Default 1e-8. */
  readonly tolerance?: number
  /** Most products with a block. Default 200. */
  readonly turns?: number
  /** Vectors to begin with [size, c]; filled up with random ones. */
  readonly start?: Matrix
  readonly key?: Key
  readonly watch?: Watch | undefined
}

interface Eigenpairs {
  /** Largest first [count]. */
  readonly values: Float64Array
  /** Orthonormal columns [size, count], entry of largest magnitude positive. */
  readonly vectors: Matrix
  /** ‖A x − θ x‖ [count]. */
  readonly residuals: Float64Array
  readonly ending: Ending
  /** Number of products with a block. */
  readonly turns: number
  readonly errors: readonly (readonly [number, number])[]
}

/** Larger blocks cost more in orthogonalisation than they save in kernel passes. */
const MOST_BLOCK = 16
/** Blocks of the basis at first: enough for eigenvalues that are well apart, in little memory. */
const FIRST_BLOCKS = 8
/** And at most: twice as many after every restart. */
const MOST_BLOCKS = 24
/** Blocks that a restart leaves room for at least. */
const LEAST_ROOM = 4

interface KrylovProblem {
  readonly operator: SymmetricOperator
  readonly count: number
  readonly blockSize: number
  readonly start: Matrix | undefined
  readonly key: Key
}

/** A V = V T + Q R E_lastᵀ with V orthonormal; Q is the block to be appended. */
interface KrylovState {
  readonly basis: Columns
  /** Vᵀ A V [n, n] for the n columns of the basis. */
  readonly projected: Float64Array
  /** First column of the basis that A times the fresh block has a component along beyond rounding: the block before, or, after a restart, all. */
  readonly coupled: number
  readonly fresh: Columns
  readonly ritz: DenseEigen
  readonly residuals: Float64Array
  /** Blocks that the basis may hold. */
  readonly blocks: number
  /** Of the last product: the next block is written there, row by row, and the columns of its product go where that block was. */
  readonly memory?: Float64Array
  /** Memory for small square matrices: T, the next T, its eigenvectors, and work on these. */
  readonly squares: readonly Float64Array[]
}

/**
 * The largest eigenpairs of a symmetric operator by block Lanczos with full reorthogonalisation and thick restart.
 *
 * Blocks of about count + 2 vectors share one product, so eigenvalues of that multiplicity are all found.
 * @source Wu and Simon, *Thick-restart Lanczos*, SIMAX 2000; Golub and Van Loan, section 10.3.6 (block Lanczos).
 * Cost: 5 to 30 products for separated eigenvalues, O(size · basis²) besides. Memory O(size · basis), basis 8 blocks, and up to 24 where eigenvalues crowd: then about 100 products.
 * Throws `InputError` when count is not from 1 to size. Not converging is an ending, with the residuals reached.
 */
export async function largestEigenpairs(options: EigenpairsOptions): Promise<Eigenpairs> {
  const { operator, count, tolerance = 1e-8, turns = 200, watch } = options
  const size = operator.size
  if (!(Number.isInteger(count) && count >= 1 && count <= size)) {
    throw new InputError({
      code: 'eigenvalue-count',
      got: `${count} eigenvalues of an operator of size ${size}`,
      expected: `a whole number from 1 to ${size}`,
      try: 'asking for fewer'
    })
  }
  const blockSize = Math.min(size, Math.min(MOST_BLOCK, count + 2))
  const problem: KrylovProblem = {
    operator,
    count,
    blockSize,
    start: options.start,
    key: keyFor(options.key ?? keyFromSeed(0), 'eigenpairs')
  }
  const outcome = await iterate(method, problem, { stage: 'eigenvectors', tolerance, turns, patience: 40, ...watch })
  const { ritz, basis, residuals } = outcome.state
  const found = Array.from({ length: count }, (_, k) => pointed(combine(basis, coefficientsOf(ritz, k), new Float64Array(size))))
  return {
    values: ritz.values.slice(0, count),
    vectors: fromColumns(found, size),
    residuals,
    ending: outcome.ending,
    turns: outcome.turns,
    errors: outcome.errors
  }
}

const method: Method<KrylovProblem, KrylovState> = {
  async init(problem) {
    const fresh = startBlock(problem)
    const none = { values: new Float64Array(0), vectors: new Float64Array(0) }
    return {
      basis: [],
      projected: new Float64Array(0),
      coupled: 0,
      fresh,
      ritz: none,
      residuals: new Float64Array(0),
      blocks: FIRST_BLOCKS,
      squares: []
    }
  },
  async step(problem, state, turn) {
    const { size } = problem.operator
    const full = state.basis.length + state.fresh.length > basisSize(problem, state.blocks)
    const { basis, projected, coupled, blocks } = full ? restarted(problem, state) : state
    const first = basis.length
    const grown = [...basis, ...state.fresh]
    const block = fromColumns(state.fresh, size, state.memory)
    const image = await problem.operator.apply(block)
    const images = columnsOf(image, block.data)
    const scale = Math.max(...images.map(length))
    const n = grown.length
    const squares = squaresFor(basisSize(problem, blocks), state.squares)
    const [larger, turned, work] = squares.slice(1).map((square) => square.subarray(0, n * n)) as [Float64Array, Float64Array, Float64Array]
    larger.fill(0)
    for (let i = 0; i < first; i++) larger.set(projected.subarray(i * first, (i + 1) * first), i * n)
    orthogonalise(images, grown, coupled).forEach((coefficients, k) => {
      coefficients.forEach((value, i) => {
        larger[i * n + first + k] = value
        larger[(first + k) * n + i] = value
      })
    })
    const remainder = orthonormalBlock(images, grown, scale)
    turned.set(larger)
    const ritz = denseEigen(turned, n, work)
    const residuals = Float64Array.from({ length: Math.min(problem.count, n) }, (_, k) =>
      remainderNorm(remainder.factors, coefficientsOf(ritz, k).subarray(first))
    )
    const goesOn = remainder.block.length > 0
    const fresh = goesOn ? remainder.block : randomBlock(problem, grown, turn)
    const swapped = [squares[1]!, squares[0]!, ...squares.slice(2)]
    const coupling = goesOn ? first : 0
    return { basis: grown, projected: larger, coupled: coupling, fresh, ritz, residuals, blocks, memory: image.data, squares: swapped }
  },
  error(problem, state) {
    if (state.residuals.length < problem.count) return Number.MAX_VALUE
    return state.residuals.reduce((worst, value) => Math.max(worst, value), 0)
  }
}

function startBlock(problem: KrylovProblem): Columns {
  const { operator, blockSize, start, key } = problem
  const given = start ? columnsOf(start) : []
  const missing = Math.max(0, blockSize - given.length)
  const random = Array.from({ length: missing }, (_, k) => normals(key, operator.size, k))
  return orthonormalBlock([...given, ...random], [], 0).block
}

/** When the Krylov space is used up (an invariant subspace), random directions outside it go on. */
function randomBlock(problem: KrylovProblem, basis: Columns, turn: number): Columns {
  const free = Math.min(problem.blockSize, problem.operator.size - basis.length)
  const random = Array.from({ length: free }, (_, k) => normals(keyAtStep(problem.key, turn), problem.operator.size, k))
  const scale = Math.max(0, ...random.map(length))
  orthogonalise(random, basis)
  return orthonormalBlock(random, basis, scale).block
}

function squaresFor(side: number, given: readonly Float64Array[]): readonly Float64Array[] {
  return (given[0]?.length ?? 0) >= side * side ? given : Array.from({ length: 4 }, () => new Float64Array(side * side))
}

const basisSize = ({ operator, count, blockSize }: KrylovProblem, blocks: number): number =>
  Math.min(operator.size, count + blocks * blockSize)

/** The best Ritz vectors as the new basis: T becomes diagonal, and the coupling to the next block comes with its product. */
function restarted(problem: KrylovProblem, state: KrylovState): Pick<KrylovState, 'basis' | 'projected' | 'coupled' | 'blocks'> {
  const blocks = Math.min(MOST_BLOCKS, 2 * state.blocks)
  const kept = keptCount(problem, state.ritz.values, blocks)
  const basis = recombine(
    state.basis,
    Array.from({ length: kept }, (_, k) => coefficientsOf(state.ritz, k))
  )
  const projected = new Float64Array(kept * kept)
  for (let i = 0; i < kept; i++) projected[i * kept + i] = state.ritz.values[i]!
  return { basis, projected, coupled: 0, blocks }
}

/**
 * How many Ritz vectors a restart keeps: the more, the farther is the next value from those that are wanted (√gap a
 * product), and the fewer products until the basis is full again. The error falls by about e^{−products·√gap}.
 *
 * @source Yamazaki, Bai, Simon, Wang, Wu, *Adaptive projection subspace dimension for the thick-restart Lanczos method*,
 * ACM TOMS 37 (2010).
 */
function keptCount(problem: KrylovProblem, values: Float64Array, blocks: number): number {
  const { count, blockSize } = problem
  const least = Math.min(values.length, count + blockSize)
  const room = basisSize(problem, blocks)
  const most = Math.max(least, Math.min(values.length - 1, room - LEAST_ROOM * blockSize))
  const worth = (kept: number) => (room - kept) * Math.sqrt(Math.max(0, values[count - 1]! - (values[kept] ?? values[count - 1]!)))
  let best = least
  for (let kept = least + 1; kept <= most; kept++) if (worth(kept) > worth(best)) best = kept
  return best
}

/** ‖R y_last‖ for a Ritz vector with coefficients y_last on the columns just multiplied. */
function remainderNorm(factors: Float64Array[], last: Float64Array): number {
  const sum = new Float64Array(factors.length)
  factors.forEach((column, j) => {
    const coefficient = last[j]!
    for (let i = 0; i < column.length; i++) sum[i] = sum[i]! + coefficient * column[i]!
  })
  return Math.sqrt(dot(sum, sum))
}

function coefficientsOf({ values, vectors }: DenseEigen, k: number): Float64Array {
  return vectors.subarray(k * values.length, (k + 1) * values.length)
}

/** Turns a vector so that its entry of largest magnitude (the first of nearly equal ones) is positive. */
function pointed(vector: Float64Array): Float64Array {
  let largest = 0
  for (const entry of vector) if (Math.abs(entry) > Math.abs(largest) * (1 + 1e-9)) largest = entry
  if (largest < 0) scaleBy(vector, -1)
  return vector
}
