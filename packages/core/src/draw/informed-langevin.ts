import { standInAt } from '../know/evidence.js'
import { codesIn, mixtureAt } from '../law/mixture.js'
import { codesOf, copyState, type InformedState, stepKey } from '../law/state.js'
import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { copyMatrix, copyRow, rowOf } from '../num/matrix.js'
import { fillNormal, fillUniform, type Key } from '../num/random.js'
import type { InformedProblem } from './informed-problem.js'

/**
 * One Langevin step towards a likelihood: H = X + ε ∇ℓ(X) + √(2ε) ξ, X' = m(H). Biased by O(ε), and for a sharp ℓ it leaps
 * to the edge of the data; no Metropolis test.
 * @source Gottwald, Li, Marzouk, Reich, arXiv 2401.04372. Throws `InputError` where ∇ℓ is not known or the step overflows.
 */
export async function langevinStep(
  problem: InformedProblem & { readonly epsilon: number },
  state: InformedState,
  key: Key
): Promise<InformedState> {
  const { evidence, epsilon, law } = problem
  const moved = { ...copyState(state), coordinates: copyMatrix(state.coordinates) }
  const normal = new Float64Array(state.coordinates.cols)
  if (evidence && !evidence.linearise) throw noGradient()
  const found = await evidence?.linearise?.(state, Uint32Array.from(state.part.keys()))
  for (let i = 0; i < state.part.length; i++) {
    const row = rowOf(moved.coordinates, i)
    const local = found && standInAt(found, i)
    if (local?.constant === Number.NEGATIVE_INFINITY) throw noGradient()
    fillNormal(stepKey(key, 'langevin'), i, normal)
    for (let c = 0; c < row.length; c++) {
      let slope = local?.tilt?.[c] ?? 0
      if (local) for (let r = 0; r < local.rows.rows; r++) slope += local.rows.data[r * local.rows.cols + c]! * local.targets[r]!
      row[c] = row[c]! + epsilon * slope + Math.sqrt(2 * epsilon) * normal[c]!
    }
    if (!row.every((x) => Math.abs(x) < 1e100)) throw overflow()
  }
  const parts = await mixtureAt(law, moved, problem)
  const uniform = new Float64Array(parts.length)
  for (let i = 0; i < state.part.length; i++) {
    const allowed = problem.conditions[problem.conditionOf[i]!]!.allowed
    fillUniform(stepKey(key, 'part'), i, uniform)
    let best = Number.NEGATIVE_INFINITY
    for (const [g, part] of parts.entries()) {
      if (allowed && !allowed[part.part]) continue
      const score = part.logShare[i]! - log(-log(uniform[g]!))
      if (!(score > best)) continue
      best = score
      moved.part[i] = part.part
      copyRow(part.mean, i, moved.coordinates, i)
    }
    const codes = codesIn(law, moved.part[i]!, codesOf(moved, i))
    if (codes) codesOf(moved, i).set(codes)
  }
  return moved
}

function noGradient(): InputError {
  return new InputError({
    code: 'gradient-missing',
    got: 'Langevin conditioning with a likelihood that exports no gradient',
    expected: 'a gradient, which the drift is made of',
    try: 'exporting gradient(row), or --conditioning informed'
  })
}

function overflow(): InputError {
  return new InputError({
    code: 'langevin-diverged',
    got: 'a Langevin step that left all bounds: the likelihood is too sharp for ε',
    expected: 'a likelihood that varies little over one step',
    try: '--conditioning informed, or a smaller --bandwidth'
  })
}
