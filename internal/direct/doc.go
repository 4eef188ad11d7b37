// Package direct sends requests past the SDK's client where that changes nothing but the time
// it takes.
//
// A [Path] is the HTTP client of one SDK client. Before the first request of an API action it
// lets the SDK's client make one that it does not send, and learns a template from it: the
// address, the headers, the scope of the signature. If a request that is put together from
// the template and signed by the SDK's signer is the same to the last byte, the requests of
// that action go the direct way: [Path.Send] makes one attempt with a body that is encoded
// already.
//
// Only an attempt that succeeds ends there. Whatever else it comes to is played back to
// the SDK's client as the result of its own first attempt. So errors,
// retries, pauses, the renewal of credentials and the correction of the clock are the
// SDK's and those of package retry on both ways, and no rule about them is here.
//
// The direct way carries only what the template can hold. [Unsupported] says which settings
// of a client it does not carry; such a client sends every request the ordinary way.
package direct
