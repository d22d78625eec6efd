import { measuring, source, support } from '../../state/sampling.js'
import { Blocks } from '../topics.js'

/** What the data say about rows under conditions or observations, in plain words. */
export function SupportOf() {
  return (
    <section class="support" aria-labelledby="support-heading">
      <h2 id="support-heading">How well do the data support this?</h2>
      <Blocks blocks={support.value!} file={source.value!.name} />
      {measuring.value && <p class="soft">Drawing the columns …</p>}
    </section>
  )
}
