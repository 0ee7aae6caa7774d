# A zip for provided.al2023 with the adapter as its bootstrap, and beside it the program that the handler names:
#   cp .build/lambda/sluice-adapter bootstrap && zip web.zip bootstrap run.sh server
# A program that needs no script can be the handler itself: terraform apply -var handler=server
# The handler must not be "bootstrap": the adapter is that one.
# Streaming is switched on in both places: the function's variable, and its URL.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.29"
    }
  }
}

variable "role" {
  type        = string
  description = "The ARN of the function's role"
}

variable "handler" {
  type        = string
  description = "The program of the zip that starts the application"
  default     = "run.sh"
}

resource "aws_lambda_function" "web" {
  function_name    = "web"
  role             = var.role
  runtime          = "provided.al2023"
  architectures    = ["x86_64"]
  handler          = var.handler
  filename         = "web.zip"
  source_code_hash = filebase64sha256("web.zip")
  memory_size      = 512
  timeout          = 60

  environment {
    variables = {
      AWS_LWA_PORT        = "8080"
      AWS_LWA_INVOKE_MODE = "response_stream"
    }
  }
}

resource "aws_lambda_function_url" "web" {
  function_name      = aws_lambda_function.web.function_name
  authorization_type = "NONE"
  invoke_mode        = "RESPONSE_STREAM"
}

# A public URL needs both.
resource "aws_lambda_permission" "url" {
  statement_id           = "url"
  function_name          = aws_lambda_function.web.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "invoke" {
  statement_id             = "url-invoke"
  function_name            = aws_lambda_function.web.function_name
  action                   = "lambda:InvokeFunction"
  principal                = "*"
  invoked_via_function_url = true
}

output "url" {
  value = aws_lambda_function_url.web.function_url
}
