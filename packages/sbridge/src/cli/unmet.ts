import { type Requirement, RequirementError, type UnmetRequirement, unmetWords } from '@sbridge/core/internal'

/** Throws `RequirementError` that names every clause which does not hold; what was measured stands on standard output. */
export function refuseUnmet(unmet: readonly UnmetRequirement[], requirements: readonly Requirement[]): void {
  if (unmet.length === 0) return
  throw new RequirementError({
    code: 'require-unmet',
    got: unmet.map(unmetWords).join('; '),
    expected: requirements.map(({ text }) => text).join(', '),
    try: 'a look at the measures above; see docs/reading-the-report.md'
  })
}
