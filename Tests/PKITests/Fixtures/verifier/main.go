// Judges chains with Go's crypto/x509: an array of cases as JSON on standard input, an array of verdicts on standard output.
package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"time"
)

type testCase struct {
	Anchors       string `json:"anchors"`
	Intermediates string `json:"intermediates"`
	Leaf          string `json:"leaf"`
	Usage         string `json:"usage"`
	Name          string `json:"name"`
	Time          int64  `json:"time"`
	Lists         string `json:"lists"`
}

type verdict struct {
	Accepted bool   `json:"accepted"`
	Reason   string `json:"reason"`
}

func blocks(text, kind string) [][]byte {
	var found [][]byte
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return found
		}
		if block.Type == kind {
			found = append(found, block.Bytes)
		}
	}
}

func pool(text string) (*x509.CertPool, error) {
	certificates := x509.NewCertPool()
	for _, der := range blocks(text, "CERTIFICATE") {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		certificates.AddCert(certificate)
	}
	return certificates, nil
}

// Go's verifier knows no revocation lists: this is what its documentation leaves to the caller.
func revoked(chain []*x509.Certificate, lists []*x509.RevocationList, now time.Time) error {
	for index, certificate := range chain[:len(chain)-1] {
		var newest *x509.RevocationList
		for _, list := range lists {
			if !bytes.Equal(list.RawIssuer, certificate.RawIssuer) {
				continue
			}
			if err := list.CheckSignatureFrom(chain[index+1]); err != nil {
				return err
			}
			if newest == nil || list.Number.Cmp(newest.Number) > 0 {
				newest = list
			}
		}
		if list := newest; list != nil {
			if now.After(list.NextUpdate) || now.Before(list.ThisUpdate) {
				return fmt.Errorf("list of %s outside its time", certificate.Issuer)
			}
			for _, entry := range list.RevokedCertificates {
				if entry.SerialNumber.Cmp(certificate.SerialNumber) == 0 {
					return fmt.Errorf("%s is revoked", certificate.Subject)
				}
			}
		}
	}
	return nil
}

func judge(test testCase) error {
	anchors, err := pool(test.Anchors)
	if err != nil {
		return err
	}
	intermediates, err := pool(test.Intermediates)
	if err != nil {
		return err
	}
	leaves := blocks(test.Leaf, "CERTIFICATE")
	if len(leaves) != 1 {
		return fmt.Errorf("%d leaves", len(leaves))
	}
	leaf, err := x509.ParseCertificate(leaves[0])
	if err != nil {
		return err
	}
	var lists []*x509.RevocationList
	for _, der := range blocks(test.Lists, "X509 CRL") {
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			return err
		}
		lists = append(lists, list)
	}
	usages := map[string]x509.ExtKeyUsage{
		"client": x509.ExtKeyUsageClientAuth, "server": x509.ExtKeyUsageServerAuth, "any": x509.ExtKeyUsageAny,
	}
	usage, known := usages[test.Usage]
	if !known {
		return fmt.Errorf("no usage %q", test.Usage)
	}
	now := time.Unix(test.Time, 0)
	chains, err := leaf.Verify(x509.VerifyOptions{
		Roots: anchors, Intermediates: intermediates, CurrentTime: now, DNSName: test.Name,
		KeyUsages: []x509.ExtKeyUsage{usage},
	})
	if err != nil {
		return err
	}
	for _, chain := range chains {
		if err = revoked(chain, lists, now); err == nil {
			return nil
		}
	}
	return err
}

func main() {
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	verdicts := []verdict{}
	for _, test := range cases {
		if err := judge(test); err != nil {
			verdicts = append(verdicts, verdict{Reason: err.Error()})
		} else {
			verdicts = append(verdicts, verdict{Accepted: true})
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
