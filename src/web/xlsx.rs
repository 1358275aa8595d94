//! A spreadsheet of one sheet, as Excel and LibreOffice read it (Office Open XML, ECMA-376): texts in rows,
//! the first row in bold and in place while one scrolls. Every cell is a text: nothing in it is calculated.
//! The parts are stored in their ZIP without compression, so this needs nobody else's code.

/// What every spreadsheet holds beside its sheet: the part's name and its text.
const PARTS: [(&str, &str); 5] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="eMoL" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#,
    ),
];
const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// The file. The first row is the heading.
#[must_use]
pub fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut zip = Zip::default();
    for (name, text) in PARTS {
        zip.add(name, &format!("{XML}{text}"));
    }
    zip.add("xl/worksheets/sheet1.xml", &sheet(rows));
    zip.end()
}

fn sheet(rows: &[Vec<String>]) -> String {
    let mut xml = format!(
        r#"{XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="20" defaultRowHeight="15"/><sheetData>"#
    );
    for (at, row) in rows.iter().enumerate() {
        xml.push_str("<row>");
        for cell in row {
            xml.push_str(if at == 0 { "<c s=\"1\"" } else { "<c" });
            xml.push_str(" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            escape(&mut xml, cell);
            xml.push_str("</t></is></c>");
        }
        xml.push_str("</row>");
    }
    xml.push_str("</sheetData></worksheet>");
    xml
}

/// A text in XML, without what XML has no place for.
fn escape(xml: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '\t' | '\n' | '\r' => xml.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => xml.push(letter),
        }
    }
}

/// A ZIP archive whose parts are stored as they are.
#[derive(Default)]
struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    parts: u16,
}

impl Zip {
    fn add(&mut self, name: &str, text: &str) {
        // A sheet that is longer than 4 GiB is none of ours.
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
        let at = length(self.bytes.len());
        let mut head = Vec::with_capacity(26);
        // Version 2.0, names in UTF-8, stored, at midnight on 1 January 1980.
        for word in [20_u16, 0x0800, 0, 0, 0x21] {
            head.extend(word.to_le_bytes());
        }
        head.extend(crc32(text.as_bytes()).to_le_bytes());
        head.extend(length(text.len()));
        head.extend(length(text.len()));
        head.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
        head.extend([0, 0]);
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&head);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(text.as_bytes());
        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(&head);
        self.directory.extend([0; 10]);
        self.directory.extend(at);
        self.directory.extend(name.as_bytes());
        self.parts += 1;
    }

    fn end(mut self) -> Vec<u8> {
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
        let at = length(self.bytes.len());
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.parts.to_le_bytes());
        self.bytes.extend(self.parts.to_le_bytes());
        self.bytes.extend(length(self.directory.len()));
        self.bytes.extend(at);
        self.bytes.extend([0, 0]);
        self.bytes
    }
}

/// The check sum that ZIP asks for (ISO 3309), byte by byte over a table.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        let mut number = 0;
        while byte < 256 {
            let mut value = number;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[byte] = value;
            byte += 1;
            number += 1;
        }
        table
    };
    !bytes.iter().fold(!0_u32, |sum, byte| sum >> 8 ^ TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn every_cell_is_a_text_and_markup_stays_one() {
        let rows = [vec!["name".to_owned()], vec!["=1+1 <b> & \u{1b}\u{7}Ραφαήλ".to_owned()]];
        let xml = sheet(&rows);
        assert!(xml.contains("<t xml:space=\"preserve\">=1+1 &lt;b&gt; &amp; Ραφαήλ</t>"), "{xml}");
        assert_eq!(xml.matches("t=\"inlineStr\"").count(), 2);
        assert!(!xml.contains("<f>") && !xml.contains("<v>"));
    }

    #[test]
    fn the_directory_leads_to_each_part() {
        let bytes = workbook(&[vec!["a".to_owned()]]);
        let number = |at: usize, length: usize| {
            bytes[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
        };
        let end = bytes.len() - 22;
        assert_eq!(&bytes[end..end + 4], b"PK\x05\x06");
        assert_eq!(number(end + 10, 2), PARTS.len() + 1);
        let mut at = number(end + 16, 4);
        for name in PARTS.iter().map(|(name, _)| *name).chain(["xl/worksheets/sheet1.xml"]) {
            assert_eq!(&bytes[at..at + 4], b"PK\x01\x02");
            let local = number(at + 42, 4);
            assert_eq!(&bytes[local..local + 4], b"PK\x03\x04");
            assert_eq!(&bytes[local + 30..local + 30 + name.len()], name.as_bytes());
            let length = number(local + 18, 4);
            let text = &bytes[local + 30 + name.len()..][..length];
            assert_eq!(number(local + 14, 4), usize::try_from(crc32(text)).unwrap());
            at += 46 + number(at + 28, 2);
        }
        assert_eq!(at, end);
    }
}
