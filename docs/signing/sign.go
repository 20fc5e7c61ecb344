// SECRET=… go run sign.go KEY_ID BODY_FILE [TIMESTAMP] prints the three headers of a signed call.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"time"
)

func sign(timestamp, keyID string, body []byte, secret string) string {
	hash := sha256.New()
	hash.Write([]byte(timestamp + keyID))
	hash.Write(body)
	hash.Write([]byte(secret))
	return hex.EncodeToString(hash.Sum(nil))
}

func main() {
	keyID, timestamp := os.Args[1], strconv.FormatInt(time.Now().UnixMilli(), 10)
	body, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 3 {
		timestamp = os.Args[3]
	}
	fmt.Printf("Authorization: ApiKey %s\n", keyID)
	fmt.Printf("X-Timestamp: %s\n", timestamp)
	fmt.Printf("X-Signature: %s\n", sign(timestamp, keyID, body, os.Getenv("SECRET")))
}
