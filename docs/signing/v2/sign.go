// SECRET=… go run sign.go KEY_ID METHOD TARGET [BODY_FILE] prints the headers of a signed call, as `curl -H @-` reads them.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Call is what is signed. Target is path and query as they are sent; what is empty is not sent.
type Call struct {
	Audience, KeyID, Method, Target, Timestamp, Nonce    string
	ContentType, ContentEncoding, IdempotencyKey, Accept string
	Body                                                 []byte
}

// Signature is the value of X-Signature.
func Signature(call Call, secret string) string {
	path, query, found := strings.Cut(call.Target, "?")
	if found {
		query = "?" + query
	}
	bodyHash := sha256.Sum256(call.Body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join([]string{"v2", call.Method, call.Audience, call.KeyID, path, query, call.Timestamp,
		call.Nonce, hex.EncodeToString(bodyHash[:]), call.ContentType, call.ContentEncoding, call.IdempotencyKey,
		call.Accept}, "\n")))
	return "v2=" + hex.EncodeToString(mac.Sum(nil))
}

func setting(name, otherwise string) string {
	if value, found := os.LookupEnv(name); found {
		return value
	}
	return otherwise
}

func main() {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	call := Call{KeyID: os.Args[1], Method: os.Args[2], Target: os.Args[3], Audience: setting("AUDIENCE", "causeway"),
		Timestamp:   setting("TIMESTAMP", strconv.FormatInt(time.Now().UnixMilli(), 10)),
		Nonce:       setting("NONCE", hex.EncodeToString(random)),
		ContentType: setting("CONTENT_TYPE", ""), ContentEncoding: setting("CONTENT_ENCODING", ""),
		IdempotencyKey: setting("IDEMPOTENCY_KEY", ""), Accept: setting("ACCEPT", "*/*")}
	if len(os.Args) > 4 {
		var err error
		if call.Body, err = os.ReadFile(os.Args[4]); err != nil {
			panic(err)
		}
	}
	for _, header := range [][2]string{{"Authorization", "ApiKey " + call.KeyID}, {"X-Timestamp", call.Timestamp},
		{"X-Nonce", call.Nonce}, {"X-Signature", Signature(call, os.Getenv("SECRET"))}, {"Content-Type", call.ContentType},
		{"Accept", call.Accept}, {"Content-Encoding", call.ContentEncoding}, {"Idempotency-Key", call.IdempotencyKey}} {
		if header[1] != "" || header[0] == "Content-Type" || header[0] == "Accept" { // empty: curl sends none of its own
			fmt.Println(strings.TrimSpace(header[0] + ": " + header[1]))
		}
	}
}
