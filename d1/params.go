package d1

import (
	"encoding/binary"
	"math"
)

// Params holds the bound values of one statement, packed: per value one tag
// byte and, but for NULL, 8 bytes little endian (the bits of a double, an
// integer, or the length of the data) and the data. The zero value is empty.
//
//	'n'                      NULL
//	'f' <8 bytes>            REAL
//	'i' <8 bytes>            INTEGER (Dione's own callers; D1 clients send REAL)
//	't' <8 bytes> <data>     TEXT, UTF-8
//	'b' <8 bytes> <data>     BLOB
type Params struct {
	block []byte
	count int
}

// Len is the number of values.
func (p *Params) Len() int { return p.count }

// Block is the packed form. It stays valid until the next Append or Reset.
func (p *Params) Block() []byte { return p.block }

// Reset empties p and keeps its memory.
func (p *Params) Reset() { p.block, p.count = p.block[:0], 0 }

// AppendNull appends NULL.
func (p *Params) AppendNull() {
	p.block = append(p.block, 'n')
	p.count++
}

// AppendReal appends a REAL. D1 binds every number of a client as REAL.
func (p *Params) AppendReal(v float64) {
	p.block = binary.LittleEndian.AppendUint64(append(p.block, 'f'), math.Float64bits(v))
	p.count++
}

// AppendInteger appends an INTEGER.
func (p *Params) AppendInteger(v int64) {
	p.block = binary.LittleEndian.AppendUint64(append(p.block, 'i'), uint64(v))
	p.count++
}

// AppendText appends TEXT, which should be valid UTF-8.
func (p *Params) AppendText(s string) {
	p.block = append(binary.LittleEndian.AppendUint64(append(p.block, 't'), uint64(len(s))), s...)
	p.count++
}

// AppendBlob appends a BLOB, also an empty one.
func (p *Params) AppendBlob(b []byte) {
	p.block = append(binary.LittleEndian.AppendUint64(append(p.block, 'b'), uint64(len(b))), b...)
	p.count++
}

// OpenData starts a TEXT (tag 't') or BLOB (tag 'b') whose data the caller
// appends to the returned block piece by piece; [Params.CloseData] ends it. It
// is for decoders that unescape straight into the block.
func (p *Params) OpenData(tag byte) []byte {
	return append(p.block, tag, 0, 0, 0, 0, 0, 0, 0, 0)
}

// CloseData takes the block that grew out of the last OpenData and fixes the length in it.
func (p *Params) CloseData(block []byte) {
	start := len(p.block) + 9
	binary.LittleEndian.PutUint64(block[start-8:], uint64(len(block)-start))
	p.block = block
	p.count++
}

// Each calls f with each value in order: its tag, its 8 bytes (for 't' and 'b'
// the length) and its data, which stays valid as long as the block.
func (p *Params) Each(f func(tag byte, bits uint64, data []byte)) {
	for b := p.block; len(b) > 0; {
		tag := b[0]
		if b = b[1:]; tag == 'n' {
			f(tag, 0, nil)
			continue
		}
		bits := binary.LittleEndian.Uint64(b)
		b = b[8:]
		var data []byte
		if tag == 't' || tag == 'b' {
			data, b = b[:bits:bits], b[bits:]
		}
		f(tag, bits, data)
	}
}

// ParamsFromBlock takes over a packed block that another Params made, with its count.
func ParamsFromBlock(block []byte, count int) Params { return Params{block: block, count: count} }
