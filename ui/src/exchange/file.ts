import { FILE } from './strings';

/** A file as the station takes it. */
export interface ChosenFile {
  name: string;
  /** Its bytes in base64. */
  data: string;
}

/** Reads a file that a person chose or dropped. */
export function readFile(file: File): Promise<ChosenFile> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const url = typeof reader.result === 'string' ? reader.result : '';
      resolve({ name: file.name, data: url.slice(url.indexOf(',') + 1) });
    };
    reader.onerror = () =>
      reject(new Error(FILE.unreadable(file.name, reader.error?.message ?? FILE.noReason)));
    reader.readAsDataURL(file);
  });
}

/** Hands a text to the browser's downloads. */
export function download(name: string, mediaType: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
