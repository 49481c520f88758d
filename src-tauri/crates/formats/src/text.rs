//! Bytes of a file as text.

use std::borrow::Cow;

/// The text of a file: UTF-8 or UTF-16 where a byte order mark says so, else UTF-8 where it is that, else Windows-1252,
/// which older spreadsheets and traffic systems write. A byte order mark is not part of the text.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
        }
    }
}

/// A file's name without folders and extension.
#[must_use]
pub fn file_stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// A text inside XML. Characters that no XML may hold, however they are written (a vertical tab in a note from a word
/// processor, say), become spaces.
pub(crate) fn xml_text(text: &str) -> String {
    let allowed = |c: char| !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    let escaped = quick_xml::escape::escape(text);
    let chars = escaped.chars();
    chars.map(|c| if allowed(c) { c } else { ' ' }).collect()
}

/// Finds the line of a place in a text.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// The line, from 1, of the first byte from `offset` on that does not end a line.
    pub(crate) fn at(&self, offset: usize) -> u32 {
        let ends = self
            .text
            .bytes()
            .skip(offset)
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let before = self.starts.partition_point(|start| *start <= offset + ends);
        u32::try_from(before.max(1)).unwrap_or(u32::MAX)
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_line_however_lines_end() {
        let lines = Lines::of("a\r\n\r\nb\nc");
        assert_eq!([0, 1, 5, 7].map(|offset| lines.at(offset)), [1, 3, 3, 4]);
        assert_eq!(lines.count(), 4);
    }

    #[test]
    fn text_is_read_in_the_encodings_that_programs_write() {
        assert_eq!(decode("Straße".as_bytes()), "Straße");
        assert_eq!(decode(b"\xEF\xBB\xBFStra\xC3\x9Fe"), "Straße");
        assert_eq!(decode(b"Stra\xDFe \x80"), "Straße €");
        let utf16: Vec<u8> = "\u{FEFF}Straße"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decode(&utf16), "Straße");
    }
}
