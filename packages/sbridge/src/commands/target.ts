import { InputError, type Telling } from '@sbridge/core'
import { evaluateTarget, tellTarget, tellTrained, together, trainOnSynthetic } from '@sbridge/core/internal'
import type { Key } from '@sbridge/core/kernels'
import type { Table } from '@sbridge/core/tables'

interface TargetProblem {
  readonly real: Table
  readonly synthetic: Table
  readonly train: Table | undefined
  readonly target: string
  readonly key: Key
}

/** Why rows are not scored as draws of a target, or why no forest can predict it: the other one may still be told. */
const PARTIAL = ['target-groups', 'target-given', 'target-rows', 'target-class', 'target-alone']

/**
 * What is said of a target: scores of its draws, where the synthetic rows are draws for the real ones, and forests that predict
 * it, trained on synthetic rows. What cannot be is a note. Throws `InputError` where neither can be, or the target does not fit.
 */
export async function tellTargets(problem: TargetProblem): Promise<Telling> {
  const attempts = [
    await attempt(() => tellTarget(evaluateTarget(problem))),
    await attempt(async () => tellTrained(await trainOnSynthetic(problem)))
  ]
  const refused = attempts.filter((one) => one instanceof InputError)
  if (refused.length === attempts.length) throw refused[0]
  return together(...attempts.map((one) => (one instanceof InputError ? noteOn(problem.target, one) : one)))
}

async function attempt(tell: () => Telling | Promise<Telling>): Promise<Telling | InputError> {
  try {
    return await tell()
  } catch (error) {
    if (error instanceof InputError && PARTIAL.includes(error.code)) return error
    throw error
  }
}

function noteOn(target: string, { code, got }: InputError): Telling {
  const what = code === 'target-groups' || code === 'target-given' ? 'Not scored as draws for the real rows' : 'Not predicted by forests'
  return { json: {}, topics: [], warnings: [], notes: [`${target}: ${what}: ${got}.`] }
}
