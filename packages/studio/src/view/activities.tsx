import { ACTIVITIES, activity } from '../state/activity.js'

/** The quiet switch at the top between what may be done with the open table. */
export function Activities() {
  if (ACTIVITIES.length < 2) return null
  return (
    <nav class="activities" aria-label="Activities">
      {ACTIVITIES.map(({ name, label }) => (
        <button
          key={name}
          type="button"
          aria-current={activity.value === name ? 'page' : undefined}
          onClick={() => (activity.value = name)}
        >
          {label}
        </button>
      ))}
    </nav>
  )
}
