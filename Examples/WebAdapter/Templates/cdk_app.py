# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""A zip for a managed runtime, with the adapter as the layer that Scripts/package-adapter makes: `cdk deploy -a 'python3 cdk_app.py'`.

Streaming is switched on in both places: the function's variable, and its URL.
"""
import os

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

HERE = os.path.dirname(os.path.abspath(__file__))
LAYER = os.environ.get("ADAPTER_LAYER", os.path.join(HERE, "..", "..", "..", ".build", "lambda",
                                                     "sluice-adapter-layer-x86_64.zip"))


class Web(cdk.Stack):
    def __init__(self, scope, name):
        super().__init__(scope, name)
        adapter = lambda_.LayerVersion(
            self, "Adapter",
            code=lambda_.Code.from_asset(LAYER),
            compatible_architectures=[lambda_.Architecture.X86_64],
        )
        web = lambda_.Function(
            self, "Web",
            runtime=lambda_.Runtime.NODEJS_22_X,
            # The program that starts the application.
            handler="run.sh",
            code=lambda_.Code.from_asset(os.path.join(HERE, "..", "Node")),
            layers=[adapter],
            memory_size=512,
            timeout=cdk.Duration.seconds(60),
            environment={
                "AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap",
                "AWS_LWA_INVOKE_MODE": "response_stream",
                "PORT": "8080",
            },
        )
        # It gives everybody both permissions that a public URL needs.
        url = web.add_function_url(
            auth_type=lambda_.FunctionUrlAuthType.NONE,
            invoke_mode=lambda_.InvokeMode.RESPONSE_STREAM,
        )
        cdk.CfnOutput(self, "URL", value=url.url)


app = cdk.App()
Web(app, "Web")
app.synth()
