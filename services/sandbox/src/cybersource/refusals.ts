import { VendorRefusal } from '../control/twin-server.ts';

/** The flat 400 body of the payments API. */
export function invalidRequest(
  reason: string,
  message: string,
  fields: readonly string[] = [],
): VendorRefusal {
  const detailReason = reason === 'MISSING_FIELD' ? 'MISSING_FIELD' : 'INVALID_DATA';
  return new VendorRefusal(400, {
    submitTimeUtc: `${new Date().toISOString().slice(0, 19)}Z`,
    status: 'INVALID_REQUEST',
    reason,
    message,
    ...(fields.length === 0
      ? {}
      : { details: fields.map((field) => ({ field, reason: detailReason })) }),
  });
}

export function missingField(field: string): VendorRefusal {
  return invalidRequest('MISSING_FIELD', 'Declined - The request is missing one or more fields', [
    field,
  ]);
}

export function invalidField(field: string): VendorRefusal {
  return invalidRequest(
    'INVALID_DATA',
    'Declined - One or more fields in the request contains invalid data',
    [field],
  );
}

/** An error of the token API. */
export function tokenRefusal(status: number, type: string, message: string): VendorRefusal {
  return new VendorRefusal(status, { errors: [{ type, message }] });
}
