import type { ComponentProps } from 'preact'
import { optionWords } from '../state/options.js'
import type { Fault } from '../work/protocol.js'

/** What went wrong, in the three sentences of the library's errors. */
export function FaultWords({ got, expected, remedy, file }: Fault & { readonly file?: string | undefined }) {
  return (
    <>
      <strong>{file ? `${file}: got ${got}` : `Got ${got}`}.</strong> Expected {expected}. Try {remedy}.{' '}
      {optionWords([got, expected, remedy])}
    </>
  )
}

/** What cannot be read, below where it was typed. */
export function InlineFault({ fault, ...rest }: { readonly fault: Fault | null | undefined } & ComponentProps<'p'>) {
  return (
    <p class="inline-fault" aria-live="polite" {...rest}>
      {fault && <FaultWords {...fault} />}
    </p>
  )
}
