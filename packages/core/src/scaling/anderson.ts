import { choleskyInPlace, dot, solveLowerInPlace, solveLowerTransposedInPlace } from '../num/linear-algebra.js'

/** Earlier iterates that one step combines at most. */
const WINDOW = 12

/**
 * Anderson acceleration of a fixed-point iteration x ← G(x): the next point is the combination of the last few images whose
 * residual is smallest. Where plain iteration contracts by ρ a turn, this needs about √ as many turns.
 * Cost O(WINDOW · n) a turn. The caller decides when to distrust it (`restart`).
 * @source Walker, Ni, *Anderson acceleration for fixed-point iterations*, SIAM J. Numer. Anal. 2011.
 */
export class Anderson {
  private readonly residualSteps: Float64Array[] = []
  private readonly imageSteps: Float64Array[] = []
  private lastResidual: Float64Array | undefined
  private lastImage: Float64Array | undefined

  /** The next point from x [n] and its image G(x) [n]; the image itself until there is a history. */
  next(x: Float64Array, image: Float64Array): Float64Array {
    const residual = image.map((y, i) => y - x[i]!)
    if (this.lastResidual && this.lastImage) {
      const [before, imageBefore] = [this.lastResidual, this.lastImage]
      this.residualSteps.push(residual.map((r, i) => r - before[i]!))
      this.imageSteps.push(image.map((y, i) => y - imageBefore[i]!))
      if (this.residualSteps.length > WINDOW) {
        this.residualSteps.shift()
        this.imageSteps.shift()
      }
    }
    this.lastResidual = residual
    this.lastImage = image.slice()
    const combination = this.solve(residual)
    const out = image.slice()
    combination?.forEach((weight, k) => {
      const step = this.imageSteps[k]!
      for (let i = 0; i < out.length; i++) out[i] = out[i]! - weight * step[i]!
    })
    return out
  }

  /** Forgets the history. */
  restart(): void {
    this.residualSteps.length = 0
    this.imageSteps.length = 0
    this.lastResidual = undefined
    this.lastImage = undefined
  }

  /** Least squares of the residual in the span of the residual steps, by slightly regularised normal equations. */
  private solve(residual: Float64Array): Float64Array | undefined {
    const w = this.residualSteps.length
    if (w === 0) return undefined
    const normal = new Float64Array(w * w)
    const right = new Float64Array(w)
    let trace = 0
    for (let a = 0; a < w; a++) {
      for (let b = 0; b <= a; b++) normal[a * w + b] = dot(this.residualSteps[a]!, this.residualSteps[b]!)
      right[a] = dot(this.residualSteps[a]!, residual)
      trace += normal[a * w + a]!
    }
    for (let a = 0; a < w; a++) normal[a * w + a] = normal[a * w + a]! + 1e-12 * trace
    if (!choleskyInPlace(normal, w)) {
      this.restart()
      return undefined
    }
    solveLowerInPlace(normal, w, right)
    solveLowerTransposedInPlace(normal, w, right)
    return right
  }
}
