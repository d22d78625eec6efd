import { measuring, source, support } from '../../state/sampling.js'
import type { Support } from '../../work/messages.js'
import { Blocks } from '../topics.js'
import { formatCount } from '../words.js'

/** What the data say about rows under conditions or observations, in plain words. */
export function SupportOf() {
  const found = support.value!
  return (
    <section class="support" aria-labelledby="support-heading">
      <h2 id="support-heading">How well do the data know?</h2>
      <div class="verdict">
        <p>{verdictOn(found)}</p>
        {found.report.warnings.map(({ message }) => (
          <p key={message} class="warning">
            {message}.
          </p>
        ))}
      </div>
      <Blocks blocks={found.blocks} file={source.value!.name} />
      {measuring.value && <p class="soft">Drawing the columns …</p>}
    </section>
  )
}

/** Fewer rows than this that agree with an observation are few. */
const SOME = 10

function verdictOn(found: Support): string {
  const { warnings, effectiveRows } = found.report
  if (found.kind === 'posterior') {
    const { importanceRows } = found.report
    if (importanceRows < SOME)
      return 'Prior and observation hardly agree: the answer rests on how the bridge continues the tails of the data.'
    if (warnings.length > 0) return 'Rows of the data agree with what was observed, but mind what is said below.'
    return `The data know: in effect ${formatCount(Math.round(importanceRows))} of their rows agree with what was observed.`
  }
  if (warnings.length > 0) return 'The data hardly know such rows: take what is drawn for a guess.'
  return `The data know such rows: in effect ${formatCount(Math.round(effectiveRows))} of theirs stand behind each drawn one.`
}
