import { measuring, source, support } from '../../state/sampling.js'
import { Blocks } from '../topics.js'

/** What the data say about rows under conditions or observations, in plain words. */
export function SupportOf() {
  const { blocks, warnings } = support.value!
  const file = source.value!.name
  return (
    <section class="support" aria-labelledby="support-heading">
      <h2 id="support-heading">How well do the data know?</h2>
      <Blocks blocks={blocks.filter(({ kind }) => kind === 'said')} file={file} />
      {warnings.map(({ message }) => (
        <p key={message} class="warning">
          {message}.
        </p>
      ))}
      <Blocks blocks={blocks.filter(({ kind }) => kind !== 'said')} file={file} />
      {measuring.value && <p class="soft">Drawing the columns …</p>}
    </section>
  )
}
