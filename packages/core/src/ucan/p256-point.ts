const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const curveB = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** 65 bytes `04 ‖ x ‖ y` → 33 bytes `02|03 ‖ x` (SEC 1 §2.3.3). */
export function compressPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  const compressed = new Uint8Array(33);
  compressed[0] = 2 + ((point[64] ?? 0) & 1);
  compressed.set(point.subarray(1, 33), 1);
  return compressed;
}

/** 33 bytes → 65 bytes, because browsers import only the long form; null when x is on no point of P-256. */
export function decompressPoint(compressed: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const x = bytesToNumber(compressed.subarray(1));
  if (x >= prime) return null;
  const square = (x ** 3n - 3n * x + curveB) % prime;
  const positive = square < 0n ? square + prime : square;
  const root = power(positive, (prime + 1n) / 4n);
  if ((root * root) % prime !== positive) return null;
  const odd = compressed[0] === 3;
  const y = (root & 1n) === (odd ? 1n : 0n) ? root : prime - root;
  const point = new Uint8Array(65);
  point[0] = 4;
  point.set(compressed.subarray(1), 1);
  point.set(numberToBytes(y), 33);
  return point;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

function bytesToNumber(bytes: Uint8Array): bigint {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  return number;
}

function numberToBytes(number: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  let rest = number;
  for (let index = 31; index >= 0; index -= 1) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}
