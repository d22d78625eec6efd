import type { Fault } from '../work/protocol.js'

/** What went wrong, in the three sentences of the library's errors. */
export function FaultWords({ got, expected, remedy, file }: Fault & { readonly file?: string | undefined }) {
  return (
    <>
      <strong>{file ? `${file}: got ${got}` : `Got ${got}`}.</strong> Expected {expected}. Try {remedy}.
    </>
  )
}
