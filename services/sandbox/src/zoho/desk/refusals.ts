import { VendorRefusal } from '../../control/twin-server.ts';

/** Headers of every Desk answer. */
export const deskSuccessHeaders = {
  'X-Rate-Limit-Request-Weight-v3': '1',
  'X-Rate-Limit-Remaining-v3': '49999',
};

/** A fault of one field. */
export interface DeskFieldFault {
  readonly fieldName: string;
  readonly errorType: 'invalid' | 'duplicate' | 'missing';
}

export function deskRefusal(status: number, errorCode: string, message: string): VendorRefusal {
  return new VendorRefusal(status, { errorCode, message });
}

/** 422 with the fields at fault. */
export function deskInvalid(faults: readonly DeskFieldFault[]): VendorRefusal {
  return new VendorRefusal(422, {
    errorCode: 'INVALID_DATA',
    message: 'The data is invalid due to validation restrictions',
    errors: faults.map((fault) => ({ ...fault, errorMessage: '' })),
  });
}
