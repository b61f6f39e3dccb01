import { defineErrors } from '@sluice/failure';

/** Everything that can go wrong in workflow-engine, as the error reference lists it. */
export const errors = defineErrors({
  RUN_UNKNOWN: {
    sentence: 'An outcome names a run that does not exist here.',
    class: 'permanent',
    httpStatus: 404,
  },
  OUTCOME_UNREADABLE: {
    sentence: 'The output of a command is not JSON.',
    class: 'permanent',
    httpStatus: 500,
  },
  RUN_NOT_FOUND: {
    sentence: 'There is no run of this id.',
    class: 'permanent',
    httpStatus: 404,
  },
  RUN_MOVED: {
    sentence: 'The run was changed by another process in the meantime; the event is tried again.',
    class: 'transient',
    httpStatus: 409,
  },
  FLOW_UNKNOWN: {
    sentence: 'The flow version a run goes by is stored nowhere.',
    class: 'permanent',
    httpStatus: 500,
  },
  FLOW_VERSION_CHANGED: {
    sentence: 'A flow document was changed without raising its version.',
    class: 'permanent',
    httpStatus: 500,
  },
  FLOW_TASK_UNKNOWN: {
    sentence: 'A run waits in a task that its flow version does not have.',
    class: 'permanent',
    httpStatus: 500,
  },
  FLOW_KEY_MISSING: {
    sentence: 'An event that starts a flow does not carry the key the flow needs.',
    class: 'permanent',
    httpStatus: 500,
  },
  FLOW_ARGUMENT_INVALID: {
    sentence: 'A flow makes an argument that the function does not take.',
    class: 'permanent',
    httpStatus: 500,
  },
  FLOW_MAPPING_SOURCE: {
    sentence: 'A flow gives a mapping something that is not an object.',
    class: 'permanent',
    httpStatus: 500,
  },
  FLOW_CONTEXT_INVALID: {
    sentence: 'A task of a flow exports something that is not an object.',
    class: 'permanent',
    httpStatus: 500,
  },
});
